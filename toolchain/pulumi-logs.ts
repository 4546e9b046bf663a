import { randomUUID } from "node:crypto";
import { lstat, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Prevents Pulumi from writing a log of every command to the package's own home, and removes existing
 * logs. Nobody reads them, they grow to hundreds of megabytes, they may contain secrets, and writing
 * them takes much of the engine's time in an `up` without changes. Pulumi has no setting for this, but
 * if a file is in the folder's place, it continues without logs. A Pulumi version that fails because of
 * it would fail every engine test, which all use such a home.
 *
 * Never call this for the user's own home: those logs are theirs.
 */
export async function withoutLogs(home: string): Promise<void> {
  const logs = join(home, "logs");
  // An engine that starts between two steps recreates the folder.
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      await writeFile(logs, "", { flag: "wx" });
      return;
    } catch (error) {
      if (!["EEXIST", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
    }
    const found = await lstat(logs).catch(() => undefined);
    if (found?.isDirectory() === false) return;
    // Rename first: engines that are writing to the folder can continue.
    const old = `${logs}-${randomUUID()}`;
    await rename(logs, old).catch(() => undefined);
    await rm(old, { recursive: true, force: true }).catch(() => undefined);
  }
}
