import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Plan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import { isRunning } from "../toolchain/is-running.ts";
import { withLock } from "../toolchain/lock.ts";
import type { Backend } from "./backend.ts";
import { CommandError } from "./command-error.ts";
import { forgetInterruptedReleases, forgetUnknownReleases } from "./interrupted-releases.ts";
import {
  beingDeleted,
  takeBackRemains,
  withoutGoneClusters,
  withoutGoneReleases,
} from "./remains-in-clusters.ts";
import { refuseOtherClusters } from "./same-clusters.ts";
import { withPresentKubeconfigs } from "./present-kubeconfigs.ts";
import { readState, type State, writeState } from "./state.ts";

/** Pulumi's lock of a stack in the local backend. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

/**
 * Runs a function that lets an engine change a stack of the local backend, while no other command does so,
 * not even in another container or on another machine. Pulumi's own lock can't prove that: it names a host
 * and a process number, and stays when its engine is killed. Stale locks are removed if a command of this
 * package left them, which shows by a mark that each command puts beside its lock.
 *
 * @throws CommandError if another command, or a person's own `pulumi`, is changing the stack
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
 * Removes the locks that engines of killed commands left on a stack. It does what `pulumi cancel` would do,
 * but only if no process of that number is an engine any more.
 *
 * @throws CommandError if an engine outlives the command that started it
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

/** No command of this package left them, so a person's own `pulumi` may still be running. */
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
    // A lock that was interrupted while it was written.
    return undefined;
  }
}

/** Gives a command that is just ending some time. */
async function keeps(holding: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + timeLimits.lockReleased;
  while (await holding()) {
    if (performance.now() > deadline) return true;
    await sleep(200);
  }
  return false;
}

async function isEngine(lock: Lock): Promise<boolean> {
  // On another host an engine ends with its command as well, but can't be seen from here.
  if (lock.hostname !== os.hostname() || !isRunning(lock.pid)) return false;
  // `PID (COMMAND) STATE ...`, if there is such a file system.
  const stat = await readFile(`/proc/${lock.pid}/stat`, "utf8").catch(() => "0 (pulumi) S");
  const [, command = "", state = ""] = /^\d+ \((.*)\) (\w)/s.exec(stat) ?? [];
  // The number may belong to another program by now. A dead process stays in the table until its parent asks
  // for it, which the first process of a container often never does.
  return command.startsWith("pulumi") && state !== "Z" && state !== "X";
}

/** A stack's state before anything is changed. */
export interface OpenedState {
  readonly stored: State;
  /** Without clusters that are {@link gone}. */
  readonly state: State;
  /** Clusters that existed before and are gone for good, by what a person said. */
  readonly gone: readonly string[];
}

/**
 * Reads the state of a stack whose clusters are what it takes them for.
 *
 * @throws CommandError where a kubeconfig leads to another cluster
 */
export async function openState(backend: Backend, stack: Stack): Promise<OpenedState> {
  const stored = await readState(backend, stack);
  const opened = await withoutGoneClusters(stored);
  await refuseOtherClusters(opened.state);
  return { stored, ...opened };
}

/** @param name of the resource that noted the cluster's identity */
export function describeGone(name: string): string {
  return `${name}: the cluster counts as gone, as you said; the stack forgets what it had there`;
}

/**
 * Makes good what a killed command left before the engine begins, and drops the note on operations that it had
 * begun. The rest an `up` makes good: what was half made is recognised by the providers, which take it over or
 * remove it. Pulumi would repeat a warning about the note for ever, because only an interactive refresh clears
 * unfinished creates.
 *
 * @param command `refresh`: an `up` that begins with a refresh
 * @param plan of an `up`
 * @returns URNs of the resources that were begun
 * @throws CommandError where a cluster that existed before can't be asked
 */
export async function settleState(
  backend: Backend,
  stack: Stack,
  { stored, state }: OpenedState,
  command: "up" | "refresh" | "down",
  plan?: Plan,
): Promise<string[]> {
  const { pending_operations: noted = [] } = stored.deployment;
  // Elsewhere than in files the note can't be told from the one of a command that is at work.
  const pending = backend.directory === undefined ? [] : noted;
  const known: State = {
    ...state,
    deployment: { ...state.deployment, pending_operations: pending },
  };
  let settled = known;
  if (command === "down") {
    settled = await takeBackRemains(known);
  } else {
    await forgetUnknownReleases(known);
    await forgetInterruptedReleases(known);
    const deleted = beingDeleted(known);
    settled = await withoutGoneReleases(known, ({ urn }) => deleted.has(urn));
  }
  settled = await withPresentKubeconfigs(settled, command === "up" ? plan : undefined);
  if (pending.length > 0 || settled !== known || state !== stored) {
    const left = backend.directory === undefined ? noted : [];
    const deployment = { ...settled.deployment, pending_operations: left };
    await writeState(stack, { ...settled, deployment });
  }
  return pending.map(({ resource }) => resource.urn);
}
