import { randomUUID } from "node:crypto";
import { lstat, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Keeps Pulumi from writing a log of every command into a home of the package's own, and removes the logs that
 * are there. Nobody reads them, they grow to hundreds of megabytes, nobody has looked for secrets in them, and
 * writing them takes a good part of the engine's time in an `up` without changes. Pulumi has no setting for it;
 * where a file is in the way of the folder, it goes without. A version that minds would fail every engine test,
 * which all run in such a home.
 *
 * Never to be called for a person's own home: the logs there are theirs.
 */
export async function withoutLogs(home: string): Promise<void> {
  const logs = join(home, "logs");
  // An engine that starts between two steps makes the folder again.
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      await writeFile(logs, "", { flag: "wx" });
      return;
    } catch (error) {
      if (!["EEXIST", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
    }
    const found = await lstat(logs).catch(() => undefined);
    if (found?.isDirectory() === false) return;
    // Out of the way in one step: engines that write into it go on doing so.
    const old = `${logs}-${randomUUID()}`;
    await rename(logs, old).catch(() => undefined);
    await rm(old, { recursive: true, force: true }).catch(() => undefined);
  }
}
