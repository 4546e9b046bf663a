import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { reap } from "../../environments/reap.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { EphemeralRuns } from "../e2e/ephemeral.ts";
import type { StartedRun } from "../e2e/ephemeral.ts";

/** A run that was killed, and what `reap` made of it. */
export interface KilledRun {
  /** Share of the run's life after which it was killed, from 0 to 1. */
  readonly share: number;
  /** The same in milliseconds after its start. */
  readonly after: number;
  /** The last thing that it had said. */
  readonly last: string;
  /** How many containers, networks, files and processes the kill left. */
  readonly leftByKill: number;
  /** What `reap` left; none where all is well. */
  readonly leftByReap: readonly string[];
  /** How long `reap` took, in milliseconds. */
  readonly reaping: number;
}

/** What the runs are made of. One cluster has containers, a network, files and processes of every kind. */
const tiny = { clusters: [{ name: "west" }] };

/** How long the command of an undisturbed run takes: part of the life of a run. */
const commandSeconds = 3;

/**
 * Kills runs with SIGKILL, each together with its guardian, at points that are spread over the life of a
 * run, from its first moment to its take-down. After each, `reap` has to leave nothing.
 *
 * @param points how many
 * @param tell told what goes on
 */
export async function killRuns(
  points: number,
  tell: (line: string) => void,
): Promise<readonly KilledRun[]> {
  const runs = await EphemeralRuns.create("kill", tiny);
  try {
    const life = await measureLife(runs);
    tell(`an undisturbed run lives ${(life / 1000).toFixed(1)} s`);
    const killed: KilledRun[] = [];
    for (let point = 0; point < points; point++) {
      // The first moment and the last are no points of a life: nothing is there.
      const share = (point + 0.5) / points;
      const one = await killAt(runs, share, share * life);
      tell(describe(one));
      killed.push(one);
    }
    return killed;
  } finally {
    await runs.dispose();
  }
}

async function measureLife(runs: EphemeralRuns): Promise<number> {
  const begun = performance.now();
  const { exit, log } = await start(runs).ended;
  if (exit !== 0) throw new Error(`an undisturbed run ended with ${exit}: ${log}`);
  const left = await runs.traces();
  if (left.length > 0) throw new Error(`an undisturbed run left ${left.join(", ")}`);
  return performance.now() - begun;
}

function start(runs: EphemeralRuns): StartedRun {
  return runs.start(["sleep", String(commandSeconds)]);
}

async function killAt(runs: EphemeralRuns, share: number, after: number): Promise<KilledRun> {
  const run = start(runs);
  await Promise.race([sleep(after), run.ended]);
  // The guardian first, or it would begin to tidy up.
  for (const pid of await runs.guardians()) kill(pid);
  kill(run.pid);
  await run.ended;
  // The owner may have started another one in its last moment.
  for (const pid of await runs.guardians()) kill(pid);
  const leftByKill = (await runs.traces()).length;
  const begun = performance.now();
  const { failed } = await reap({ env: runs.env });
  const reaping = performance.now() - begun;
  const left = await settled(runs);
  const [said = ""] = run.log().trim().split("\n").slice(-1);
  const last = said.replace(/^\S+\s+/, "") || "nothing said yet";
  return {
    share,
    after,
    last,
    leftByKill,
    leftByReap: [...failed.map(({ name, why }) => `${name}: ${why}`), ...left],
    reaping,
  };
}

/** Killed processes, and what they had asked for, may take a moment to go. Longer is a leak. */
async function settled(runs: EphemeralRuns): Promise<readonly string[]> {
  const deadline = performance.now() + timeLimits.lockReleased;
  for (;;) {
    const left = await runs.traces();
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(200);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function describe({ share, after, last, leftByKill, leftByReap, reaping }: KilledRun): string {
  const result = leftByReap.length === 0 ? "nothing left" : `LEFT: ${leftByReap.join(", ")}`;
  return (
    `killed at ${(100 * share).toFixed(0)} % (${(after / 1000).toFixed(1)} s, ${last}): ` +
    `${leftByKill} traces, reap took ${(reaping / 1000).toFixed(1)} s, ${result}`
  );
}

/** The runs as a table in Markdown. */
export function killTable(killed: readonly KilledRun[]): string {
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
  return [
    "| Killed at | after | while | traces of it | `reap` | left |",
    "| --- | --- | --- | --- | --- | --- |",
    ...killed.map(
      ({ share, after, last, leftByKill, leftByReap, reaping }) =>
        `| ${(100 * share).toFixed(0)} % | ${seconds(after)} | ${last.replaceAll("|", "\\|")} | ` +
        `${leftByKill} | ${seconds(reaping)} | ${leftByReap.join(", ") || "nothing"} |`,
    ),
  ].join("\n");
}
