import { join } from "node:path";
import { ensureArtifact, placeOf, type Artifact, type MakeContext } from "./artifact.ts";
import { exists, makeOnce } from "./cache.ts";
import { findOnMachine, type MachineTool } from "./machine.ts";
import type { Internet } from "./internet.ts";
import { formatDuration } from "./progress.ts";
import {
  bringRelease,
  platformOf,
  releaseChecksum,
  type Platform,
  type Release,
} from "./release.ts";
import { messageOf } from "../system/message-of.ts";
import { formatRange } from "../system/version.ts";

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
