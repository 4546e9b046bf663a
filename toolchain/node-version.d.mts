/** The oldest minor version of each major one that is promised; of later major ones, every version is. */
export const oldest: readonly (readonly [major: number, minor: number])[];
/** The same as package.json's `engines` has it. */
export const range: string;
/** @param version such as `22.18.0` */
export function isPromised(version: string): boolean;
/** What to say to whoever has another one. */
export function refusal(version: string): string;
