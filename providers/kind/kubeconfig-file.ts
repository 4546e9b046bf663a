import { chmod, mkdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { NoKubeconfig } from "../../kubernetes/errors.ts";
import { readKubeconfig } from "../../kubernetes/read-kubeconfig.ts";
import { stateDirectory } from "../../system/state-directory.ts";

const fileMode = 0o600;
const directoryMode = 0o700;

/**
 * Creates the file's directory, closed to others. Directories that exist keep their mode: they may be the
 * person's own.
 */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: directoryMode });
}

/** Writes the file so that nobody else can read it at any moment, and nobody sees half of it. */
export async function writeKubeconfig(path: string, text: string): Promise<void> {
  await makeDirectory(path);
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  await writeFile(partial, text, { mode: fileMode, flag: "wx" });
  await rename(partial, path);
}

/** Restores the file if it is missing, was changed, or can be read by others. */
export async function repairKubeconfig(path: string, text: string): Promise<"sound" | "repaired"> {
  try {
    const { mode } = await stat(path);
    if (readKubeconfig(path) === text) {
      if ((mode & 0o777) === fileMode) return "sound";
      await chmod(path, fileMode);
      return "repaired";
    }
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isMissing && !(error instanceof NoKubeconfig)) throw error;
  }
  await writeKubeconfig(path, text);
  return "repaired";
}

/**
 * The file that kind writes. The package's own is built from the node instead, so that it always has the same
 * form.
 */
export function kindsOwnKubeconfig(path: string): string {
  return `${path}.kind`;
}

/** Removes the file, what an interrupted create left beside it, and directories that become empty. */
export async function removeKubeconfig(path: string): Promise<void> {
  const kinds = kindsOwnKubeconfig(path);
  // A killed kind leaves its lock, and would wait for it the next time.
  for (const file of [path, `${path}.partial`, kinds, `${kinds}.lock`])
    await rm(file, { force: true });
  const root = stateDirectory();
  for (let at = dirname(path); at === root || at.startsWith(`${root}/`); at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return; // Not empty, or missing.
    }
  }
}
