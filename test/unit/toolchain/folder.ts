import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a test with its own folder. */
export async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "toolchain-test-"));
  try {
    await run(folder);
  } finally {
    // Go writes telemetry in the background, even after it ended.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
