import { setTimeout as sleep } from "node:timers/promises";
import { timeLimits } from "../../system/time-limits.ts";
import { CommandError } from "../command-error.ts";
import { ownerOf } from "../leftovers.ts";
import { messageOf } from "../../system/message-of.ts";
import { removeAbandonedScratch } from "../scratch.ts";
import { findDockerTraces, removeDockerTraces } from "./docker-traces.ts";
import { takeOutOfPool } from "./pool.ts";
import { interruptEngines, killProcesses, processesOf } from "./processes.ts";
import { forgetRun, type RunRecord } from "./record.ts";

/** What is known about a run that is to be removed. */
export interface TakenRun {
  /** Name of the run and of its stack. */
  readonly name: string;
  /** The Pulumi project. */
  readonly project: string;
  /** Its files. Undefined if they are lost, or belong to another user. */
  readonly directory: string | undefined;
  /** Undefined if only Docker knows the run. */
  readonly record: RunRecord | undefined;
}

/** This many looks in a row must find nothing: Docker may still be creating what was requested. */
const emptyLooks = 3;
const lookAgainAfter = 150;

/**
 * Removes a run, whatever state it is in: its processes, its containers and their network, then its files.
 * What only Pulumi can remove comes first. Several processes may do so at once, and it may be repeated.
 *
 * @param signal stops it, for the next attempt
 * @throws CommandError that says what stays and why; the record stays as well, for the next attempt. StillInPool,
 *   before anything is removed, if the record is out of date
 */
export async function takeDown(
  run: TakenRun,
  tell: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { name, record, directory } = run;
  if (record !== undefined && directory !== undefined) await takeOutOfPool(directory, record);
  let byEngine: unknown;
  if (record?.engineRemoves === true && directory !== undefined) {
    await interruptEngines(name, timeLimits.engineInterrupted);
    await killProcesses(name);
    const { removeByEngine } = await import("./remove-by-engine.ts");
    await removeByEngine(record, directory, tell, signal).catch((error: unknown) => {
      byEngine = error;
    });
    signal?.throwIfAborted();
  }
  await killProcesses(name);
  if (record?.docker !== false) await removeFromDocker(run, tell, signal);
  await endProcesses(name);
  await removeAbandonedScratch();
  if (byEngine !== undefined) {
    throw new CommandError(
      `the run ${name} can't be removed completely: ${messageOf(byEngine)}\n` +
        "Its containers and networks are removed; its record stays, and `linkerd-topology reap` tries again",
      { cause: byEngine },
    );
  }
  if (directory !== undefined) await forgetRun(directory);
}

async function removeFromDocker(
  { name, project }: TakenRun,
  tell: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const owner = ownerOf(project, name);
  const deadline = performance.now() + timeLimits.runTakenDown;
  for (let empty = 0; empty < emptyLooks;) {
    signal?.throwIfAborted();
    const traces = await findDockerTraces(owner);
    const { containers, networks, strangers } = traces;
    if (containers.length === 0 && strangers.length > 0) {
      throw new CommandError(
        `the Docker network ${networks.map(({ network }) => network).join(", ")} stays, because ` +
          `it has containers that the run ${name} did not create (${strangers.join(", ")}): ` +
          "disconnect or remove them, then `linkerd-topology reap`",
      );
    }
    if (containers.length + networks.length === 0) {
      empty++;
      if (empty < emptyLooks) await sleep(lookAgainAfter);
      continue;
    }
    empty = 0;
    const list = [
      ...containers.map((container) => `container ${container.name}`),
      ...networks.map(({ network }) => `Docker network ${network}`),
    ].join(", ");
    if (performance.now() > deadline) {
      throw new CommandError(
        `the run ${name} is still there after ${timeLimits.runTakenDown / 1000} s: ${list}; ` +
          "`linkerd-topology reap` tries again",
      );
    }
    tell(`removing ${list}`);
    // A killed process may have left a child that still asks Docker for containers.
    await Promise.all([removeDockerTraces(traces), killProcesses(name)]);
  }
}

async function endProcesses(name: string): Promise<void> {
  if (await killProcesses(name)) return;
  const left = (await processesOf(name)).map(({ pid, program }) => `${program} (${pid})`);
  throw new CommandError(
    `processes of the run ${name} can't be ended: ${left.join(", ")}; as another user, ` +
      "`linkerd-topology reap` may",
  );
}
