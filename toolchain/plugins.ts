import { execa } from "execa";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { timeLimits } from "../system/time-limits.ts";
import { ensureArtifact, placeOf } from "./artifact.ts";
import { exists } from "./cache.ts";
import { withLock } from "./lock.ts";
import { withoutLogs } from "./pulumi-logs.ts";
import { formatDuration } from "./progress.ts";
import type { Origin, ToolContext } from "./tool.ts";
import type { ProviderPlugin } from "./tools/provider-plugins.ts";

/** The plugins and the Pulumi home that contains them. */
export interface InstalledPlugins {
  /** PULUMI_HOME to use; `undefined` if Pulumi's default home has everything. */
  readonly home?: string;
  readonly plugins: readonly {
    readonly name: string;
    readonly version: string;
    readonly origin: Origin;
  }[];
}

/** Written beside each plugin that this package installed. */
interface Stamp {
  readonly origin: Origin;
  readonly key: string;
}

/** The key of a plugin that Pulumi downloaded from its registry. Such a download never changes. */
const releaseKey = "release";

/**
 * Ensures that Pulumi finds every provider plugin. Plugins in the user's own Pulumi home are used.
 * Missing ones are installed there if Pulumi can download them. Otherwise they are built and installed
 * in the package's own home, unless the user chose a home.
 *
 * @param pulumi - the CLI that installs them
 */
export async function ensurePlugins(
  plugins: readonly ProviderPlugin[],
  pulumi: string,
  context: ToolContext,
): Promise<InstalledPlugins> {
  const installed = await findOrInstall(plugins, pulumi, context);
  const own = ownHome(context);
  // A command that another command started inherits this home as if the user had chosen it.
  if ((installed.home ?? context.env["PULUMI_HOME"]) === own) await withoutLogs(own);
  return installed;
}

/** The package's own Pulumi home. */
function ownHome({ cache }: ToolContext): string {
  return join(cache, "pulumi");
}

async function findOrInstall(
  plugins: readonly ProviderPlugin[],
  pulumi: string,
  context: ToolContext,
): Promise<InstalledPlugins> {
  const { env } = context;
  const theirs = env["PULUMI_HOME"] ?? join(env["HOME"] ?? homedir(), ".pulumi");
  const chosen = env["PULUMI_HOME"] !== undefined || env["PULUMI_BACKEND_URL"] !== undefined;
  const ours = chosen ? theirs : ownHome(context);

  for (const home of new Set([theirs, ours])) {
    const found = await Promise.all(plugins.map((plugin) => originIn(home, plugin, context.cache)));
    if (found.every((origin) => origin !== undefined)) {
      for (const { name, version } of plugins) {
        const detail = `${version} is installed`;
        context.onProgress({ step: `plugin ${name}`, state: "skipped", detail });
      }
      return result(home, theirs, plugins, found);
    }
  }

  const released = await Promise.all(
    plugins.map(async ({ release }) => (await context.internet.text(release)) !== undefined),
  );
  const home = released.every(Boolean) ? theirs : ours;
  await mkdir(join(home, "plugins"), { recursive: true });
  const origins = await withLock(join(home, "plugins", ".linkerd-topology-lock"), async () => {
    const installed: Origin[] = [];
    for (const [index, plugin] of plugins.entries()) {
      const there = await originIn(home, plugin, context.cache);
      installed.push(
        there ?? (await install(plugin, released[index] === true, home, pulumi, context)),
      );
    }
    return installed;
  });
  return result(home, theirs, plugins, origins);
}

function result(
  home: string,
  theirs: string,
  plugins: readonly ProviderPlugin[],
  origins: readonly (Origin | undefined)[],
): InstalledPlugins {
  return {
    ...(home === theirs ? {} : { home }),
    plugins: plugins.map(({ name, version }, index) => ({
      name: `plugin ${name}`,
      version,
      origin: origins[index] ?? "machine",
    })),
  };
}

async function originIn(
  home: string,
  plugin: ProviderPlugin,
  cache: string,
): Promise<Origin | undefined> {
  const folder = join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`);
  // Pulumi puts a file `<folder>.partial` beside a plugin whose installation is not finished.
  if (!(await exists(folder)) || (await exists(`${folder}.partial`))) return undefined;
  const stamp = await readStamp(home, plugin);
  if (stamp === undefined) return "machine";
  if (stamp.key === releaseKey) return stamp.origin;
  return stamp.key === (await placeOf(plugin.built, cache)).key ? stamp.origin : undefined;
}

async function install(
  plugin: ProviderPlugin,
  released: boolean,
  home: string,
  pulumi: string,
  context: ToolContext,
): Promise<Origin> {
  const started = Date.now();
  const step = `plugin ${plugin.name}`;
  let stamp: Stamp = { origin: "release", key: releaseKey };
  let problem: string | undefined = "not reachable";
  if (released) {
    context.onProgress({ step, state: "start", detail: `${plugin.version}, its official release` });
    problem = await callInstall(plugin, [], home, pulumi, context);
  }
  if (problem !== undefined) {
    const made = await ensureArtifact(plugin.built, context);
    const source = ["--file", join(made.folder, plugin.binary)];
    problem = await callInstall(plugin, source, home, pulumi, context);
    stamp = { origin: "go modules", key: made.key };
  }
  if (problem !== undefined) {
    throw new Error(`pulumi plugin install of ${plugin.name} ${plugin.version} failed: ${problem}`);
  }
  await writeFile(stampFile(home, plugin), JSON.stringify(stamp));
  const detail = `${plugin.version} installed, ${formatDuration(Date.now() - started)}`;
  context.onProgress({ step, state: "done", detail });
  return stamp.origin;
}

/** @returns the error, if any. */
async function callInstall(
  { name, version }: ProviderPlugin,
  source: readonly string[],
  home: string,
  pulumi: string,
  context: ToolContext,
): Promise<string | undefined> {
  const run = await execa(
    pulumi,
    ["plugin", "install", "resource", name, version, "--reinstall", ...source],
    {
      env: { ...context.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      extendEnv: false,
      timeout: timeLimits.toolDownload,
      reject: false,
    },
  );
  if (run.exitCode === 0) return undefined;
  return run.stderr.trim() || run.stdout.trim() || run.message || "no answer";
}

function stampFile(home: string, { name, version }: ProviderPlugin): string {
  return join(home, "plugins", `.linkerd-topology-${name}-v${version}.json`);
}

async function readStamp(home: string, plugin: ProviderPlugin): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await readFile(stampFile(home, plugin), "utf8")) as Stamp;
  } catch {
    return undefined;
  }
}
