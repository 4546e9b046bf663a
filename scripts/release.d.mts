/** What keeps a version from being published, each problem in words. */
export declare function releaseProblems(
  version: string,
  read: (file: string) => string,
): readonly string[];

/** The part of the changelog about a version. @throws Error if there is none, or it is empty */
export declare function releaseNotes(changelog: string, version: string): string;
