import { readdir } from "node:fs/promises";
import { timeLimits } from "../system/time-limits.ts";
import { CommandError } from "./command-error.ts";
import { ownerOf } from "./leftovers.ts";
import { messageOf } from "../system/message-of.ts";
import { findRunNetworks, type RunNetwork } from "./runs/docker-traces.ts";
import { look } from "../toolchain/process-identity.ts";
import { StillInPool } from "./runs/pool.ts";
import { findRuns, forgetRun, isDraft, readRecord } from "./runs/record.ts";
import type { FoundRun, RunRecord } from "./runs/record.ts";
import { takeDown, type TakenRun } from "./runs/take-down.ts";
import { untilAborted } from "./runs/until-aborted.ts";
import { judgeRun, type Verdict } from "./runs/verdict.ts";

export interface ReapRequest {
  /** Variables that override this process's. `XDG_STATE_HOME` says where the runs' files are. */
  readonly env?: Readonly<Record<string, string>>;
  /** Name of a run to leave alone: the caller's own. */
  readonly except?: string;
  /** Judges, but removes nothing. @default false */
  readonly dryRun?: boolean;
  /** Called with what is being done. */
  readonly tell?: (line: string) => void;
  /** Interrupts. What is not removed yet stays for the next time. */
  readonly signal?: AbortSignal | undefined;
  /** Time limit for one run, in milliseconds. @default timeLimits.earlierRunTakenDown */
  readonly limit?: number;
}

/** A run, and what was done about it. */
export interface ReapedRun {
  readonly name: string;
  readonly why: string;
}

export interface ReapResult {
  /** Removed or, with `dryRun`, to be removed. */
  readonly removed: readonly ReapedRun[];
  /** Left, each with the reason. */
  readonly left: readonly ReapedRun[];
  /** Should have been removed, but could not be. */
  readonly failed: readonly ReapedRun[];
  /** What could not be looked at. */
  readonly problems: readonly string[];
}

/**
 * Removes what runs left: those that have expired, and those whose owner has ended, except for meshes that are free in
 * their pool. It needs only the records and Docker, and touches nothing else, neither other stacks nor other clusters.
 */
export async function reap(request: ReapRequest = {}): Promise<ReapResult> {
  const tell = request.tell ?? (() => undefined);
  const { runs, problems } = await findAllRuns({ ...process.env, ...request.env });
  const others = runs.filter(({ name }) => name !== request.except);
  const judged = await Promise.all(others.map(async (run) => ({ run, verdict: await judge(run) })));
  const removed: ReapedRun[] = [];
  const failed: ReapedRun[] = [];
  const left: ReapedRun[] = [];
  for (const { run, verdict } of judged) {
    const { name } = run;
    request.signal?.throwIfAborted();
    if (!verdict.remove) left.push({ name, why: verdict.why });
    else if (request.dryRun === true) removed.push({ name, why: verdict.why });
    else {
      try {
        await takeDownWithin(request, run, (line) => tell(`${name}: ${line}`));
        removed.push({ name, why: verdict.why });
      } catch (error) {
        request.signal?.throwIfAborted();
        const found = { name, why: messageOf(error) };
        if (error instanceof StillInPool) left.push(found);
        else failed.push(found);
      }
    }
  }
  return { removed, left, failed, problems };
}

/**
 * A run that can't be removed, for example because its clusters don't answer, must not hold up the others.
 */
async function takeDownWithin(
  { signal, limit = timeLimits.earlierRunTakenDown }: ReapRequest,
  run: AnyRun,
  tell: (line: string) => void,
): Promise<void> {
  const over = AbortSignal.timeout(limit);
  const either = signal === undefined ? over : AbortSignal.any([signal, over]);
  try {
    await untilAborted(takeDown(run, tell, either), either);
  } catch (error) {
    if (!over.aborted || signal?.aborted === true) throw error;
    throw new CommandError(`not done within ${limit / 1000} s; the next \`reap\` tries again`);
  }
}

/** A run, from its record, Docker, or both. */
interface AnyRun extends TakenRun {
  readonly network: RunNetwork | undefined;
  /** Its record belongs to another user. */
  readonly recordHidden: boolean;
}

/** All runs of this user, and those of others that Docker knows. */
async function findAllRuns(
  env: NodeJS.ProcessEnv,
): Promise<{ runs: AnyRun[]; problems: string[] }> {
  const problems: string[] = [];
  const [found, networks] = await Promise.all([
    findRuns(env),
    findRunNetworks().catch((error: unknown): RunNetwork[] => {
      // Without Docker there are no containers of a run either.
      problems.push(`Docker can't be asked for runs: ${messageOf(error)}`);
      return [];
    }),
  ]);
  const runs = new Map<string, AnyRun>();
  for (const { directory, record } of found) {
    if (record === "missing" && isDraft(directory)) await forgetRun(directory);
    else if (record === "missing") await forgetEmpty(directory, problems);
    else if (record === "unreadable") {
      problems.push(
        `the record of the run in ${directory} can't be read: look at it, and remove it`,
      );
    } else runs.set(keyOf(record.project, record.name), fromRecord({ directory, record }));
  }
  for (const network of networks) {
    const [project = ""] = network.owner.split("/");
    // A network with the labels that belongs to no run is left alone.
    if (network.name === "" || network.owner !== ownerOf(project, network.name)) continue;
    const key = keyOf(project, network.name);
    const known = runs.get(key);
    runs.set(key, known === undefined ? await fromDocker(project, network) : { ...known, network });
  }
  return { runs: [...runs.values()], problems };
}

function keyOf(project: string, name: string): string {
  return ownerOf(project, name);
}

function fromRecord({ directory, record }: FoundRun & { readonly record: RunRecord }): AnyRun {
  const { name, project } = record;
  return { name, project, directory, record, network: undefined, recordHidden: false };
}

/** Its files are in another state directory, belong to another user, or are lost. */
async function fromDocker(project: string, network: RunNetwork): Promise<AnyRun> {
  const { name, directory } = network;
  const record = directory === "" ? "missing" : await readRecord(directory);
  if (typeof record === "object" && record.name === name) {
    return { name, project, directory, record, network, recordHidden: false };
  }
  const recordHidden = record === "unreadable";
  return { name, project, directory: undefined, record: undefined, network, recordHidden };
}

/** A removal that was killed. Anything else in there belongs to no run. */
async function forgetEmpty(directory: string, problems: string[]): Promise<void> {
  const entries = await readdir(directory).catch(() => []);
  if (entries.length === 0) await forgetRun(directory);
  else problems.push(`${directory} has no record of a run: look at it, and remove it`);
}

async function judge({ record, network, recordHidden }: AnyRun): Promise<Verdict> {
  const owner = record?.owner ?? network?.process;
  return judgeRun(
    {
      expires: record?.expires ?? network?.expires,
      kept: record?.kept,
      pooledUntil: record?.pool?.until,
      owner,
      ownerIs: owner === undefined ? "unknown" : await look(owner),
      recordHidden,
    },
    Date.now(),
  );
}

/** An existing run. */
export interface ListedRun {
  readonly name: string;
  /** What {@link reap} does about it, and why. */
  readonly verdict: Verdict;
  readonly created: string | undefined;
  readonly expires: string | undefined;
  /** Whether a run uses the mesh of a pool. Undefined: it is in none. */
  readonly pool: "free" | "taken" | undefined;
  readonly directory: string | undefined;
}

/** All existing runs, from their records and from Docker. */
export async function listRuns(
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ListedRun[]> {
  const { runs } = await findAllRuns({ ...process.env, ...options.env });
  return Promise.all(
    runs.map(async (run) => ({
      name: run.name,
      verdict: await judge(run),
      created: run.record?.created,
      expires: run.record?.expires ?? run.network?.expires,
      pool: run.record?.pool && (run.record.pool.taken ? "taken" : "free"),
      directory: run.directory,
    })),
  );
}

/**
 * Removes one run by its name, whatever its owner or its expiry.
 *
 * @returns whether there was a run of that name
 */
export async function removeRun(
  name: string,
  options: Pick<ReapRequest, "env" | "tell"> = {},
): Promise<boolean> {
  const { runs } = await findAllRuns({ ...process.env, ...options.env });
  const run = runs.find((one) => one.name === name);
  if (run === undefined) return false;
  await takeDown(run, options.tell ?? (() => undefined));
  return true;
}
