import { execa } from "execa";
import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { timeLimits } from "../system/time-limits.ts";
import { download } from "./download.ts";
import type { Internet } from "./internet.ts";

/** A tool's official release for one platform. */
export interface Release {
  readonly url: string;
  /** URL of a file with lines `<sha256>  <file>`. */
  readonly checksums: string;
  /** Name of the release in `checksums`. */
  readonly file: string;
  /** Set if the release is the program itself: the name to give it. */
  readonly as?: string;
  /** Set if the release is a tar archive: the folder in it with the programs. */
  readonly unpack?: string;
}

/** A platform, by the names that releases use. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
  /** The name that Pulumi's CLI uses. */
  readonly pulumiArch: "x64" | "arm64";
}

/** Returns the platform, or `undefined` if it has no releases. */
export function platformOf(os: string, arch: string): Platform | undefined {
  if (os !== "linux" && os !== "darwin") return undefined;
  if (arch === "x64") return { os, arch: "amd64", pulumiArch: "x64" };
  if (arch === "arm64") return { os, arch: "arm64", pulumiArch: "arm64" };
  return undefined;
}

/** Returns the checksum of a release, or `undefined` if releases are not reachable. */
export async function releaseChecksum(
  release: Release,
  internet: Internet,
): Promise<string | undefined> {
  const text = await internet.text(release.checksums);
  return text === undefined ? undefined : checksumIn(text, release.file);
}

/** Returns the checksum of one file from a file of checksums. */
export function checksumIn(text: string, file: string): string | undefined {
  for (const line of text.split("\n")) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum !== undefined && /^[0-9a-f]{64}$/.test(sum)) return sum;
  }
  return undefined;
}

/**
 * Downloads a release's programs to a folder.
 *
 * @throws if the download fails or the checksum differs.
 */
export async function bringRelease(
  release: Release,
  sha256: string,
  folder: string,
): Promise<void> {
  const archive = join(folder, release.as ?? "archive");
  await download(release.url, archive, { sha256, timeout: timeLimits.toolDownload });
  if (release.as !== undefined) {
    await chmod(archive, 0o755);
    return;
  }
  const unpacked = join(folder, ".unpacked");
  await mkdir(unpacked);
  await execa("tar", ["-xzf", archive, "-C", unpacked]);
  const programs = join(unpacked, release.unpack ?? ".");
  for (const name of await readdir(programs))
    await rename(join(programs, name), join(folder, name));
  await rm(unpacked, { recursive: true });
  await rm(archive);
}
