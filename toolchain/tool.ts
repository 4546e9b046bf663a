import { join } from "node:path";
import { type Artifact, ensureArtifact, type MakeContext, placeOf } from "./artifact.ts";
import { exists, makeOnce } from "./cache.ts";
import { findOnMachine, type MachineTool } from "./machine.ts";
import type { Internet } from "./internet.ts";
import { formatDuration } from "./progress.ts";
import { messageOf } from "../system/message-of.ts";
import { formatRange } from "../system/version.ts";
import { execa } from "execa";
import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { timeLimits } from "../system/time-limits.ts";
import { download } from "./download.ts";

/** A program that is installed if the machine does not have it. */
export interface Tool {
  readonly name: string;
  /** The version to install. */
  readonly version: string;
  readonly machine: MachineTool;
  readonly release: (platform: Platform) => Release;
  readonly built: Artifact;
}

/** Where a tool came from. */
export type Origin = "machine" | "release" | "go modules" | "debian";

export interface FoundTool {
  readonly name: string;
  readonly version: string;
  readonly origin: Origin;
  /** The folder to put first on PATH. */
  readonly folder: string;
  readonly command: string;
}

export interface ToolContext extends MakeContext {
  readonly internet: Internet;
}

/**
 * Ensures that a tool of a suitable version is available: from the machine, otherwise from an earlier
 * run, otherwise its official release, otherwise built from Go modules.
 *
 * @throws if none of these ways works.
 */
export async function ensureTool(tool: Tool, context: ToolContext): Promise<FoundTool> {
  const found = await findOnMachine(tool.machine, context.env);
  if (found.suitable !== undefined) {
    context.onProgress({ step: tool.name, state: "skipped", detail: found.detail });
    return { name: tool.name, origin: "machine", ...found.suitable };
  }
  const { folder, origin } = await bring(tool, found.detail, context);
  return {
    name: tool.name,
    version: tool.version,
    origin,
    folder,
    command: join(folder, tool.machine.command),
  };
}

async function bring(
  tool: Tool,
  onMachine: string,
  context: ToolContext,
): Promise<{ folder: string; origin: Origin }> {
  const released = join(context.cache, "tools", tool.name, `${tool.version}-release`);
  const skipped = {
    step: tool.name,
    state: "skipped",
    detail: `${tool.version} is in the cache`,
  } as const;
  if (await exists(released)) {
    context.onProgress(skipped);
    return { folder: released, origin: "release" };
  }
  const built = await placeOf(tool.built, context.cache);
  // Check the cache before asking any host: a tool that was built here needs no release.
  if (!(await exists(built.folder)) && (await bringIfReleased(tool, released, context))) {
    return { folder: released, origin: "release" };
  }
  const made = await ensureArtifact(tool.built, context).catch((problem: unknown) => {
    const why = messageOf(problem);
    throw new Error(
      `${tool.name} is not available: ${onMachine}; its official release is not reachable; ` +
        `building it from Go modules failed: ${why}\n` +
        `Put ${tool.name} ${formatRange(tool.machine.range)} on PATH, or set GOPROXY to a module mirror that answers.`,
      { cause: problem },
    );
  });
  return { folder: made.folder, origin: "go modules" };
}

async function bringIfReleased(tool: Tool, folder: string, context: ToolContext): Promise<boolean> {
  const platform = platformOf(process.platform, process.arch);
  if (platform === undefined) return false;
  const release = tool.release(platform);
  const sha256 = await releaseChecksum(release, context.internet);
  if (sha256 === undefined) return false;
  const started = Date.now();
  const step = tool.name;
  context.onProgress({ step, state: "start", detail: `${tool.version}, its official release` });
  try {
    await makeOnce(folder, (unfinished) => bringRelease(release, sha256, unfinished));
  } catch (problem) {
    // The host of the checksums answers but the host of the release does not. The tool can still be
    // built.
    const why = messageOf(problem);
    context.onProgress({ step, state: "progress", detail: why });
    return false;
  }
  const took = formatDuration(Date.now() - started);
  context.onProgress({ step, state: "done", detail: `${tool.version} in ${took}` });
  return true;
}

/** A tool's official release for one platform. */
interface Release {
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
interface Platform {
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
async function releaseChecksum(release: Release, internet: Internet): Promise<string | undefined> {
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
async function bringRelease(release: Release, sha256: string, folder: string): Promise<void> {
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
