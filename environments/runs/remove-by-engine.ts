import { existsSync } from "node:fs";
import path from "node:path";
import { withLock } from "../../toolchain/lock.ts";
import { workspaceDirectory } from "../backend.ts";
import { down } from "../down.ts";
import type { Tell } from "../report/phase.ts";
import { Reporter } from "../report/reporter.ts";
import { plainLines } from "../report/plain-renderer.ts";
import type { Renderer } from "../report/renderer.ts";
import { withScratch } from "../scratch.ts";
import { bringEngine } from "../tools.ts";
import { stackOf } from "../topology-source.ts";
import { openExistingStack } from "../workspace.ts";
import { readRecord, type RunRecord } from "./record.ts";
import { backendOfRun, runEnv } from "./run-backend.ts";

/**
 * `pulumi destroy` for a run whose processes are dead: removes what it has in existing clusters, and its
 * stack in a chosen backend.
 */
export async function removeByEngine(
  record: RunRecord,
  directory: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const env = runEnv(directory);
  const backend = backendOfRun(directory, record, process.env);
  // It is written before Pulumi's first call, so without it there is no stack.
  const workspace = workspaceDirectory(backend, record.name);
  if (workspace !== undefined && !existsSync(workspace)) return;
  // The configuration is in the workspace, and destroying needs none.
  const stack = stackOf(record.name, { clusters: [] });
  const tell: Tell = { step: say, notice: say, current: () => undefined };
  await withLock(path.join(directory, "take-down"), async () => {
    // Somebody else was faster.
    if ((await readRecord(directory)) === "missing") return;
    if (backend.directory === undefined) {
      // Whoever held the stack's lock is dead: only this run has ever used this stack.
      const tools = await bringEngine({ env, tell });
      await withScratch(tools.env, async (scratch) => {
        const opened = await openExistingStack({ stack, backend, env: scratch });
        await opened?.cancel();
      });
    }
    const output = { terminal: false, write: say, reporter: new Reporter(lines(say)) };
    await down({ stack, backend, env, output, ...(signal && { signal }) });
  }).catch(async (error: unknown) => {
    // The directory, and the lock in it, was removed during the wait.
    if ((await readRecord(directory)) !== "missing") throw error;
  });
}

/** Lines without a time, because the caller adds it. */
function lines(say: (line: string) => void): Renderer {
  return {
    event: (event) => {
      for (const line of plainLines(event)) say(line.trim());
    },
  };
}
