import { mkdir, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { withoutLogs } from "../../toolchain/pulumi-logs.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";

/**
 * The environment in which the engine and the TLS provider are found.
 *
 * @param clusters whether Docker and kind are, too
 */
export async function engineTools(clusters = false): Promise<Record<string, string>> {
  return { ...(await ensureToolchain({ clusters })).env };
}

/**
 * A home of Pulumi's with the plugins of another one, and without its log as the toolchain's own is.
 *
 * @param env the environment in which the plugins are found
 * @returns the directory
 */
export async function homeWithoutLogs(
  env: Readonly<Record<string, string>>,
  directory: string,
): Promise<string> {
  const usual = env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi");
  await mkdir(directory);
  await symlink(path.join(usual, "plugins"), path.join(directory, "plugins"));
  await withoutLogs(directory);
  return directory;
}
