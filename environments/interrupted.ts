import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { timeLimits } from "../system/time-limits.ts";
import { isRunning } from "../toolchain/is-running.ts";
import { withLock } from "../toolchain/lock.ts";
import type { Backend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { forgetInterruptedReleases } from "./interrupted-releases.ts";
import { readState, writeState } from "./state.ts";

/** A lock of Pulumi's on a stack of the local backend. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

/**
 * Runs what lets an engine work on a stack of the local backend, while no other command does so, in another
 * container or on another machine neither. Pulumi's own lock tells nothing of that: it names a host and a process
 * number, and stays when its engine is killed. What is left of it is removed where a command of ours left it,
 * which is known by a mark that each puts beside its own lock.
 *
 * @throws CommandError where another command, or somebody's own `pulumi`, works on the stack
 */
export async function withStackLock<T>(
  backend: Backend,
  project: string,
  stack: string,
  work: () => Promise<T>,
): Promise<T> {
  if (backend.directory === undefined) return work();
  const own = path.join(path.dirname(backend.directory), "locks", stack);
  const mark = path.join(own, "engine");
  const lockedError = (holder: string): Error =>
    new CommandError(
      `another command is working on the stack "${stack}" (${holder}): wait for it, or stop it, then run this again`,
    );
  return withLock(
    own,
    async () => {
      if (existsSync(mark)) await clearStaleLocks(backend, project, stack);
      else await refuseForeignLocks(backend, project, stack);
      await writeFile(mark, "");
      try {
        return await work();
      } finally {
        // Its engine may have been killed. What can't be cleared now is left to the next command.
        await clearStaleLocks(backend, project, stack).then(
          () => rm(mark, { force: true }),
          () => undefined,
        );
      }
    },
    { limit: timeLimits.lockReleased, refusal: lockedError },
  );
}

/**
 * Removes the locks that engines of killed commands left on a stack, which nobody else may be working on. What
 * `pulumi cancel` would do, but only where no process of that number is an engine any more.
 *
 * @throws CommandError where an engine outlives the command that started it
 */
export async function clearStaleLocks(
  backend: Backend,
  project: string,
  stack: string,
): Promise<void> {
  for (const file of await lockFiles(backend, project, stack)) {
    const lock = await readLock(file);
    if (lock !== undefined && (await keeps(() => isEngine(lock)))) {
      throw new CommandError(
        `an engine is still working on the stack "${stack}" (process ${lock.pid}, since ` +
          `${lock.timestamp}): wait for it, or stop it, then run this again`,
      );
    }
    await rm(file, { force: true });
  }
}

/** No command of ours left them: whether somebody's own `pulumi` is at work can't be told from here. */
async function refuseForeignLocks(backend: Backend, project: string, stack: string): Promise<void> {
  const files = (): Promise<string[]> => lockFiles(backend, project, stack);
  if (!(await keeps(async () => (await files()).length > 0))) return;
  const [file = ""] = await files();
  const lock = await readLock(file);
  const who = lock && ` (process ${lock.pid} on ${lock.hostname}, since ${lock.timestamp})`;
  throw new CommandError(
    `Pulumi itself is working on the stack "${stack}"${who ?? ""}, or was killed at it: wait for it; if it is ` +
      `gone, delete ${file}; then run this again`,
  );
}

async function lockFiles(backend: Backend, project: string, stack: string): Promise<string[]> {
  if (backend.directory === undefined) return [];
  const folder = ["locks", "organization", project, stack];
  const directory = path.join(backend.directory, ".pulumi", ...folder);
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  return names.map((name) => path.join(directory, name));
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
async function keeps(holding: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + timeLimits.lockReleased;
  while (await holding()) {
    if (performance.now() > deadline) return true;
    await sleep(200);
  }
  return false;
}

async function isEngine(lock: Lock): Promise<boolean> {
  // An engine ends with its command elsewhere as it does here, and of it nothing can be seen.
  if (lock.hostname !== os.hostname() || !isRunning(lock.pid)) return false;
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
