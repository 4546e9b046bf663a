import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.ts";

/** Returns true if a file or folder of this name exists. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Creates a folder once and atomically. It builds the content in a temporary folder beside the final
 * one and renames it when it is complete, so an interrupted run never leaves a folder that looks
 * finished. If several processes want the same folder, one creates it and the others wait.
 *
 * @returns true if this call created the folder, false if it existed.
 */
export async function makeOnce(
  folder: string,
  make: (unfinished: string) => Promise<void>,
  onWait?: (detail: string) => void,
): Promise<boolean> {
  if (await exists(folder)) return false;
  await mkdir(dirname(folder), { recursive: true });
  return withLock(
    lockBeside(folder),
    async () => {
      if (await exists(folder)) return false;
      const prefix = `.unfinished-${basename(folder)}-`;
      await removeUnfinished(dirname(folder), prefix);
      const unfinished = await mkdtemp(join(dirname(folder), prefix));
      try {
        await make(unfinished);
        // mkdtemp lets nobody else read the folder, but a cache may be shared.
        await chmod(unfinished, 0o755);
        await rename(unfinished, folder);
      } catch (problem) {
        await rm(unfinished, { recursive: true, force: true });
        // Another process took over while this one was stopped.
        if (await exists(folder)) return false;
        throw problem;
      }
      return true;
    },
    { onWait },
  );
}

/** The lock for creating this file or folder of the cache. */
export function lockBeside(path: string): string {
  return join(dirname(path), ".locks", basename(path));
}

/** Removes what killed runs left. The caller holds the lock, so nobody else uses these folders. */
export async function removeUnfinished(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
}
