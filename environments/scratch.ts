import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { formatIdentity, identify, look, parseIdentity } from "../toolchain/process-identity.ts";

const prefix = "linkerd-topology-run-";
/** File in it with the identity of its process. */
const ownerName = ".owner";

/**
 * Runs something with its own directory for temporary files, which nobody else can read, and removes the
 * directory afterwards.
 *
 * @param env - the environment of the engine; `run` gets it with the directory in it
 */
export async function withScratch<T>(
  env: Readonly<Record<string, string>>,
  run: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  await removeAbandonedScratch();
  // Not below the state directory: the address of a socket in it must have at most 107 characters.
  const directory = await mkdtemp(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  try {
    const own = await identify(process.pid);
    if (own !== undefined) await writeFile(path.join(directory, ownerName), formatIdentity(own));
    return await run({ ...env, TMPDIR: directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Removes the directories of killed commands, but not those of containers that share the directory for
 * temporary files: a process number means something else there.
 */
export async function removeAbandonedScratch(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const directory = path.join(os.tmpdir(), name);
    const owner = await readFile(path.join(directory, ownerName), "utf8").catch(() => "");
    const identity = parseIdentity(owner);
    if (identity === undefined || (await look(identity)) !== "gone") continue;
    // If it belongs to another user, it can't be removed. That is no reason to stop.
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
  }
}
