/** Of the project, on GitHub. Nobody has it until `OWNER` is replaced (docs/releasing.md). */
export const repository: string = "OWNER/linkerd-topology";

/**
 * Where Pulumi finds the plugins of a release where a machine has none: among the files of the release. It downloads and
 * starts what is there, so nothing is named before the repository has an owner.
 */
export const pluginDownloadURL = releasesOf(repository);

/** @param of a repository on GitHub, `OWNER/NAME` */
export function releasesOf(of: string): string | undefined {
  return of.startsWith("OWNER/") ? undefined : `github://api.github.com/${of}`;
}
