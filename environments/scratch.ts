import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isRunning } from "../toolchain/is-running.ts";

const prefix = "linkerd-topology-run-";

/**
 * Runs something with a directory for temporary files of its own, which nobody else can read, and
 * removes it afterwards. Pulumi's Kubernetes provider writes an administrator's kubeconfig to a temporary
 * file for every Helm release, and leaves it there.
 *
 * @param env - the environment of the engine; `run` gets it with the directory in it
 */
export async function withScratch<T>(
  env: Readonly<Record<string, string>>,
  run: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  await removeAbandonedScratch();
  // Not below the state directory: a socket in it must stay within the 107 characters of its address.
  const directory = await mkdtemp(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  try {
    return await run({ ...env, TMPDIR: directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Removes the directories of commands that were killed. */
export async function removeAbandonedScratch(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = name.startsWith(prefix)
      ? Number.parseInt(name.slice(prefix.length), 10)
      : Number.NaN;
    if (Number.isNaN(pid) || isRunning(pid)) continue;
    // One of another user's can't be removed, and is no reason to stop.
    await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
