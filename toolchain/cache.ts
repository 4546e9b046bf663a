import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.ts";

/** Whether there is something of this name, of whatever kind. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a folder once, whole or not at all: it is made under another name beside its place and
 * renamed when it is complete, so that a run which was cut off leaves nothing that looks finished.
 * Of several processes that want the same folder one makes it and the others wait.
 *
 * @returns whether it was made now (`false`: it was there).
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
        // mkdtemp's own mode lets nobody else in; a cache may be shared.
        await chmod(unfinished, 0o755);
        await rename(unfinished, folder);
      } catch (problem) {
        await rm(unfinished, { recursive: true, force: true });
        // While this process was stopped, another one took the work over.
        if (await exists(folder)) return false;
        throw problem;
      }
      return true;
    },
    { onWait },
  );
}

/** The lock of whoever makes a file or folder of the cache. */
export function lockBeside(path: string): string {
  return join(dirname(path), ".locks", basename(path));
}

/** What killed runs left; whoever asks holds the lock, so nobody is at work on it. */
export async function removeUnfinished(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
}
