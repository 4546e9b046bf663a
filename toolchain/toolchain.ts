import { realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { ensureDocker } from "./docker.ts";
import { onPath } from "./machine.ts";
import { openInternet } from "./internet.ts";
import { ensurePlugins } from "./plugins.ts";
import type { OnProgress } from "./progress.ts";
import { ensureTool, type Origin, type ToolContext } from "./tool.ts";
import { kind } from "./tools/kind.ts";
import { kubernetesPlugin, tlsPlugin } from "./tools/provider-plugins.ts";
import { pulumi } from "./tools/pulumi.ts";
import { cacheDirectory } from "../system/cache-directory.ts";
import { definedIn } from "../system/environment.ts";

export interface ToolchainOptions {
  /** @default the environment of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default `cacheDirectory(env)` */
  readonly cache?: string;
  readonly onProgress?: OnProgress;
  /**
   * Set if clusters will be created, which requires a Docker daemon and kind.
   * @default true
   */
  readonly clusters?: boolean;
  /** Number of nodes of all clusters that run at once, for the machine's limits. @default 2 */
  readonly nodes?: number;
}

/** One line of the report: a tool and where it came from. */
export interface ToolReport {
  readonly tool: string;
  readonly version: string;
  readonly origin: Origin;
}

/** Every tool that `up` and `down` call. */
export interface Toolchain {
  /** The complete environment for these tools, with the tools first on PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly paths: { readonly pulumi: string; readonly kind?: string };
  readonly report: readonly ToolReport[];
  /** What was changed on the machine, for people to read. */
  readonly notes: readonly string[];
}

const plugins = [kubernetesPlugin, tlsPlugin];

/**
 * Provides Docker, kind, the Pulumi CLI and its provider plugins: from the machine if the version is
 * suitable, otherwise the official release if the network allows it, otherwise built from Go modules.
 * Everything is kept in the cache; a second run only checks that it is there.
 *
 * @throws with what is missing and how to fix it.
 */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const env = options.env ?? process.env;
  const cache = options.cache ?? cacheDirectory(env);
  const context: ToolContext = {
    cache,
    env: { ...env, PATH: pathWithout(env["PATH"], cache) },
    internet: openInternet(),
    onProgress: options.onProgress ?? (() => undefined),
  };
  const [docker, kindTool, pulumiAndPlugins] = await Promise.all([
    options.clusters === false ? undefined : bringDocker(options, context),
    options.clusters === false ? undefined : ensureTool(kind, context),
    bringPulumi(context),
  ]);
  const { pulumiTool, installed } = pulumiAndPlugins;
  const found = [...(kindTool === undefined ? [] : [kindTool]), pulumiTool];
  const brought = found.filter(({ origin }) => origin !== "machine").map(({ folder }) => folder);
  return {
    env: {
      ...definedIn(env),
      PATH: [...brought, ...(await nodeFolder(context.env)), context.env["PATH"]].join(delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...(installed.home === undefined ? {} : { PULUMI_HOME: installed.home }),
      // Plugins that had to be built cannot be downloaded either, so fail at once if one is missing.
      ...(installed.plugins.some(({ origin }) => origin === "go modules")
        ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }
        : {}),
    },
    paths: {
      pulumi: pulumiTool.command,
      ...(kindTool === undefined ? {} : { kind: kindTool.command }),
    },
    report: [
      ...(docker === undefined ? [] : [docker]),
      ...[...found, ...installed.plugins].map(({ name, version, origin }) => ({
        tool: name,
        version,
        origin,
      })),
    ],
    notes: docker?.notes ?? [],
  };
}

async function bringPulumi(context: ToolContext) {
  const pulumiTool = await ensureTool(pulumi, context);
  return { pulumiTool, installed: await ensurePlugins(plugins, pulumiTool.command, context) };
}

async function bringDocker(options: ToolchainOptions, context: ToolContext) {
  const docker = await ensureDocker({
    env: definedIn(context.env),
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
    onProgress: (detail) => context.onProgress({ step: "docker", state: "progress", detail }),
  });
  const state = docker.origin === "machine" ? "skipped" : "done";
  context.onProgress({ step: "docker", state, detail: `${docker.version} answers` });
  return { tool: "docker", version: docker.version, origin: docker.origin, notes: docker.notes };
}

/** Tools of an earlier run do not count as the machine's own, even if PATH contains them. */
function pathWithout(path: string | undefined, cache: string): string {
  const own = join(cache, "tools");
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.startsWith(own))
    .join(delimiter);
}

/**
 * Pulumi's language host runs the program with the first Node.js on PATH, which may be older than the
 * Node.js that the project installs. So put the Node.js that runs this first.
 */
async function nodeFolder(env: ToolContext["env"]): Promise<string[]> {
  const first = await onPath("node", env);
  const same = first !== undefined && (await realpath(first)) === process.execPath;
  return same ? [] : [dirname(process.execPath)];
}
