import { readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { timeLimits } from "../planning/time-limits.ts";
import type { Backend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { forgetInterruptedReleases } from "./interrupted-releases.ts";
import { readState, writeState } from "./state.ts";

interface Lock {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

/**
 * Removes the locks that killed commands left on a stack of the local backend. What `pulumi cancel`
 * would do, but only where no process holds the lock any more.
 *
 * @throws CommandError where a running process holds it
 */
export async function clearStaleLocks(
  backend: Backend,
  project: string,
  stack: string,
): Promise<void> {
  if (backend.directory === undefined) return;
  const directory = path.join(
    backend.directory,
    ".pulumi",
    "locks",
    "organization",
    project,
    stack,
  );
  for (const name of await readdir(directory).catch(() => [])) {
    const file = path.join(directory, name);
    const lock = await readLock(file);
    if (lock !== undefined && (await keepsHolding(lock))) {
      throw new CommandError(
        `another command is working on the stack "${stack}" (process ${lock.pid}, since ` +
          `${lock.timestamp}): wait for it, or stop it, then run this again`,
      );
    }
    await rm(file, { force: true });
  }
}

async function readLock(file: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Lock;
  } catch {
    // A lock that was cut short while it was written.
    return undefined;
  }
}

/** A command that is just ending, or dying, is given the time for it. */
async function keepsHolding(lock: Lock): Promise<boolean> {
  const deadline = performance.now() + timeLimits.lockReleased;
  while (await holds(lock)) {
    if (performance.now() > deadline) return true;
    await sleep(200);
  }
  return false;
}

async function holds(lock: Lock): Promise<boolean> {
  // The state directory may be shared between machines; what another one does can't be seen.
  if (lock.hostname !== os.hostname()) return true;
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // `PID (COMMAND) STATE ...`, where there is such a file system at all.
  const stat = await readFile(`/proc/${lock.pid}/stat`, "utf8").catch(() => "0 (pulumi) S");
  const [, command = "", state = ""] = /^\d+ \((.*)\) (\w)/s.exec(stat) ?? [];
  // The number may belong to another program by now. A dead process stays in the table until its parent
  // asks for it, which the first process of a container often never does.
  return command.startsWith("pulumi") && state !== "Z" && state !== "X";
}

/**
 * Drops the note on operations that a killed command had begun. The next `up` makes them good: what
 * was half made is recognised by the providers, which take it over or remove it; what Helm would refuse
 * is cleared away here. Pulumi would repeat a
 * warning about them for ever, because only an interactive refresh clears unfinished creates.
 *
 * @returns URNs of the resources concerned
 */
export async function dropPendingOperations(backend: Backend, stack: Stack): Promise<string[]> {
  if (backend.directory === undefined) return [];
  const state = await readState(backend, stack);
  const pending = state.deployment.pending_operations ?? [];
  if (pending.length === 0) return [];
  await forgetInterruptedReleases(state);
  await writeState(backend, stack, {
    ...state,
    deployment: { ...state.deployment, pending_operations: [] },
  });
  return pending.map((operation) => operation.resource.urn);
}
