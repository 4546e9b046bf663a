/** A version as numbers; what comes after them (`-dev`, `+build`) does not count. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Which versions of a tool will do. */
export interface VersionRange {
  readonly atLeast: string;
  /** @default any later version will do */
  readonly below?: string;
}

/** The first version in a text, as tools print it: `kind v0.30.0 go1.25 linux/amd64` → 0.30.0 */
export function versionIn(text: string): string | undefined {
  return /(?:^|[^\d.])(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

/** Whether a version lies in a range. */
export function isWithin(version: string, range: VersionRange): boolean {
  const own = parse(version);
  if (compare(own, parse(range.atLeast)) < 0) return false;
  return range.below === undefined || compare(own, parse(range.below)) < 0;
}

/** `3.259.0 or later, below 4.0.0` */
export function formatRange(range: VersionRange): string {
  return `${range.atLeast} or later${range.below === undefined ? "" : `, below ${range.below}`}`;
}

/** Negative, zero or positive, as an order of versions needs it. */
export function compareVersions(a: string, b: string): number {
  return compare(parse(a), parse(b));
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function parse(version: string): Version {
  const [major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`${version} is no version`);
  return [Number(major), Number(minor), Number(patch ?? 0)];
}
