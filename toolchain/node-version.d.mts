/**
 * The oldest supported minor version of each major version. All versions of later major versions are
 * supported.
 */
export const oldest: readonly (readonly [major: number, minor: number])[];
/** The same range as `engines` in package.json. */
export const range: string;
/** @param version such as `22.18.0` */
export function isPromised(version: string): boolean;
/** The message for a user with another version. */
export function refusal(version: string): string;
