import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { kindProvider } from "../providers/kind/provider.ts";
import { meshProvider } from "../providers/mesh/provider.ts";
import { shellQuoted } from "../system/shell-quoted.ts";
import { timeLimits } from "../system/time-limits.ts";
import { CommandError } from "./command-error.ts";
import { projectDirectory } from "./paths.ts";

/** A plugin that programs in other languages need, and where its executable is. */
interface OwnPlugin {
  readonly name: string;
  readonly version: string;
  /** Absolute path. */
  readonly executable: string;
}

/** The plugins that this installation of the package has. */
export const ownPlugins: readonly OwnPlugin[] = [
  { provider: meshProvider, folder: "mesh" },
  { provider: kindProvider, folder: "kind" },
].map(({ provider: { name, version }, folder }) => ({
  name,
  version,
  executable: path.join(projectDirectory, "providers", folder, `pulumi-resource-${name}`),
}));

/**
 * Makes Pulumi find the plugins from any project, without lines in its Pulumi.yaml. What Pulumi keeps starts this
 * installation of the package, wherever that is: it goes stale if that is moved or removed.
 *
 * @throws CommandError if there is no `pulumi` on PATH, or it refuses
 */
export async function installPlugins(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  for (const { name, version, executable } of ownPlugins) {
    const folder = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-plugin-"));
    try {
      const starter = path.join(folder, `pulumi-resource-${name}`);
      await writeFile(starter, `#!/bin/sh\nexec ${shellQuoted(executable)} "$@"\n`);
      await chmod(starter, 0o755);
      const install = ["plugin", "install", "resource", name, version, "--reinstall"];
      const run = await execa("pulumi", [...install, "--file", folder], {
        env,
        extendEnv: false,
        timeout: timeLimits.toolDownload,
        reject: false,
      });
      if (run.exitCode !== 0) throw refused(name, run.code, run.stderr.trim() || run.message);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function refused(name: string, code: string | undefined, why: string | undefined): CommandError {
  return new CommandError(
    code === "ENOENT"
      ? "There is no pulumi on PATH. Install Pulumi (https://www.pulumi.com/docs/install) and run this again."
      : `pulumi doesn't install the plugin ${name}: ${why ?? "it doesn't say why"}`,
  );
}
