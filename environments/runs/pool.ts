import path from "node:path";
import { timeLimits } from "../../system/time-limits.ts";
import { withLock } from "../../toolchain/lock.ts";
import { identify, isSameProcess, look } from "../../toolchain/process-identity.ts";
import type { ProcessIdentity } from "../../toolchain/process-identity.ts";
import { CommandError } from "../command-error.ts";
import { findRunNetworks } from "./docker-traces.ts";
import { killProcesses } from "./processes.ts";
import { findRuns, forgetRun, readRecord, type RunRecord, updateRecord } from "./record.ts";

/*
 * The record of a run says whether its mesh is in a pool, and whether it is free. Everything that changes this does it
 * under a lock in the run's directory, after it has read the record again: so two runs never take the same mesh, and
 * nobody removes a mesh that somebody has just taken.
 */

/** A mesh was to be removed that somebody has taken from its pool, or put back, meanwhile. */
export class StillInPool extends CommandError {}

/** A run whose mesh this process has taken. */
export interface TakenMesh {
  readonly directory: string;
  readonly record: RunRecord;
}

export interface TakeRequest {
  readonly key: string;
  /** After how many milliseconds anybody may remove it, even if this run still uses it. */
  readonly expiresIn: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Takes the newest free mesh of a pool for this process.
 *
 * @returns undefined if none is free
 */
export async function takeFromPool(request: TakeRequest): Promise<TakenMesh | undefined> {
  const [runs, networks] = await Promise.all([
    findRuns(request.env),
    // Another Docker daemon than this one may have the mesh.
    findRunNetworks().catch(() => []),
  ]);
  const here = new Set(networks.map(({ directory }) => directory));
  const candidates = runs.flatMap(({ directory, record }) =>
    typeof record === "object" && record.pool?.key === request.key && here.has(directory)
      ? [{ directory, record }]
      : [],
  );
  candidates.sort((one, other) => other.record.created.localeCompare(one.record.created));
  for (const { directory, record } of candidates) {
    // Most of what isn't free is recognised without waiting for the lock.
    if (!(await isFree(record))) continue;
    const taken = await take(directory, request);
    if (taken !== undefined) return { directory, record: taken };
  }
  return undefined;
}

async function take(
  directory: string,
  { key, expiresIn }: TakeRequest,
): Promise<RunRecord | undefined> {
  const owner = await ownIdentity();
  return changeRecord(directory, async (record) => {
    const { pool, kept: _kept, ...others } = record;
    if (pool?.key !== key || !(await isFree(record))) return undefined;
    // Those of a killed run.
    if (!(await killProcesses(record.name))) return undefined;
    const now = Date.now();
    return {
      ...others,
      owner,
      expires: new Date(now + expiresIn).toISOString(),
      pool: { ...pool, taken: true, since: new Date(now).toISOString() },
    };
  });
}

/** Nobody uses it: it was put back, or the process of the run that took it is gone. */
async function isFree({ pool, kept, owner, expires }: RunRecord): Promise<boolean> {
  const now = Date.now();
  if (pool === undefined || Date.parse(pool.until) <= now || Date.parse(expires) <= now) {
    return false;
  }
  // A run that failed may have been kept for a person, with its mesh.
  return !pool.taken || (kept === undefined && (await look(owner)) === "gone");
}

/**
 * Puts a mesh back into its pool, after it has ended the processes of its run.
 *
 * @param owner the process that has it
 * @returns the new record; undefined if the mesh is too old, if somebody else has it, or if its processes can't be ended
 */
export async function putBack(
  directory: string,
  owner: ProcessIdentity,
): Promise<RunRecord | undefined> {
  return changeRecord(directory, async (record) => {
    const { pool, kept } = record;
    if (pool?.taken !== true || kept !== undefined || !isSameProcess(record.owner, owner))
      return undefined;
    const now = Date.now();
    if (Date.parse(pool.until) <= now || !(await killProcesses(record.name))) return undefined;
    return {
      ...record,
      expires: pool.until,
      // Earlier versions of the package, which know no pools, go by it.
      kept: "for the next run of its pool",
      pool: { ...pool, taken: false, since: new Date(now).toISOString() },
    };
  });
}

/**
 * Takes a mesh out of its pool before it is removed.
 *
 * @param judged the record by which the removal was decided
 * @throws StillInPool if somebody has taken it or put it back since
 */
export async function takeOutOfPool(directory: string, judged: RunRecord): Promise<void> {
  if (judged.pool === undefined) return;
  await changeRecord(directory, (record) => {
    const { pool, kept: _kept, ...others } = record;
    // Somebody else is removing it.
    if (pool === undefined) return undefined;
    if (pool.since !== judged.pool?.since || !isSameProcess(record.owner, judged.owner)) {
      throw new StillInPool(
        `${record.name} stays: another process has just ${pool.taken ? "taken it from" : "put it back into"} its pool`,
      );
    }
    return others;
  });
}

/**
 * Replaces the record of a run under its lock.
 *
 * @param change gets the present record. Undefined: it stays as it is
 * @returns the new record. Undefined if nothing changed, if the run is gone, or if its record can't be read
 */
async function changeRecord(
  directory: string,
  change: (record: RunRecord) => Promise<RunRecord | undefined> | RunRecord | undefined,
): Promise<RunRecord | undefined> {
  if (typeof (await readRecord(directory)) === "string") return undefined;
  return withLock(
    path.join(directory, "pool-lock"),
    async () => {
      const record = await readRecord(directory);
      // The lock has made the directory of a run again that was removed meanwhile.
      if (record === "missing") await forgetRun(directory);
      if (typeof record === "string") return undefined;
      const changed = await change(record);
      if (changed !== undefined) await updateRecord(directory, changed);
      return changed;
    },
    {
      limit: timeLimits.poolLock,
      refusal: (holder) =>
        new CommandError(`${holder} keeps the run in ${directory} locked; if it hangs, end it`),
    },
  );
}

/** @throws Error if this process can't be identified */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const own = await identify(process.pid);
  if (own === undefined) throw new Error("this process can't be identified");
  return own;
}
