import { mkdir, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ensureToolchain } from "../../toolchain/toolchain.ts";

/** The environment in which the engine and the TLS provider are found. */
export async function engineTools(): Promise<Record<string, string>> {
  return { ...(await ensureToolchain({ clusters: false })).env };
}

/**
 * A home of Pulumi's with the plugins of another one. Pulumi keeps a log of every command below its home,
 * whether or not anybody wants it, which is a third of the engine's work in an `up` without changes; where a
 * file is in the way of the folder, it goes without.
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
  await writeFile(path.join(directory, "logs"), "");
  return directory;
}
