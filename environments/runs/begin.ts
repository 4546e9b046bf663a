import path from "node:path";
import type { Plan } from "../../planning/plan-types.ts";
import { limits } from "../../planning/limits.ts";
import { CommandError } from "../command-error.ts";
import { requireStateDirectory } from "../output-files.ts";
import { planStack } from "../plan-stack.ts";
import { readProject } from "../project.ts";
import type { StackFile } from "../stacks.ts";
import { readTopologySource, stackOf, withName } from "../topology-source.ts";
import type { ReadTopology, TopologySource } from "../topology-source.ts";
import { ownIdentity, takeFromPool } from "./pool.ts";
import { beginRun, runDirectory, runName, type RunRecord } from "./record.ts";
import { needsPassphrase, prepareRunBackend, withoutCredentials } from "./run-backend.ts";

/** The default lifetime of a run: six hours. */
export const defaultExpiry = 6 * 3_600_000;

export interface BeginRequest {
  readonly source: TopologySource;
  /** The beginning of its name. @default the topology's name, else that of its stack or file */
  readonly name?: string | undefined;
  /** Pulumi backend that keeps its state. @default files of its own */
  readonly backend?: string | undefined;
  /** After how many milliseconds anybody may remove it. @default six hours */
  readonly expiresIn?: number | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** A run that has a record: a new one and nothing else yet, or one from a pool. */
export interface BegunRun {
  readonly record: RunRecord;
  readonly directory: string;
  readonly stack: StackFile;
  readonly plan: Plan;
}

/**
 * Gives a run its name and its record.
 *
 * @throws TopologyError with every problem of the topology, before anything of the run exists
 */
export async function begin(request: BeginRequest): Promise<BegunRun> {
  const { env } = request;
  const expiresIn = expiryOf(request);
  const read = await readNamed(request);
  const name = runName(read.name, roomFor(read.topology));
  const planned = await planNamed(read, name);
  const [{ name: project }, owner] = await Promise.all([readProject(), ownIdentity()]);
  const { clusters } = planned.plan;
  const now = Date.now();
  const record: RunRecord = {
    version: 1,
    name,
    project,
    topology: read.name,
    owner,
    created: new Date(now).toISOString(),
    expires: new Date(now + expiresIn).toISOString(),
    ...(request.backend !== undefined && {
      backendUrl: withoutCredentials(request.backend),
      ownPassphrase: needsPassphrase(env),
    }),
    docker: clusters.some(({ type }) => type === "kind"),
    engineRemoves: request.backend !== undefined || clusters.some(({ type }) => type !== "kind"),
  };
  const directory = runDirectory(name, env);
  await requireStateDirectory(path.dirname(directory));
  await beginRun(directory, record);
  if (request.backend !== undefined) await prepareRunBackend(directory);
  return { ...planned, record, directory };
}

/** A pool that a run takes its mesh from, and leaves it in. */
export interface Pool {
  readonly key: string;
  /** How old a mesh of it may become, in milliseconds. */
  readonly age: number;
}

export interface PooledRequest extends BeginRequest {
  /** How old a mesh of the pool may become, in milliseconds. */
  readonly age: number;
  readonly images?: string | undefined;
  readonly allowNoDataPlane: boolean;
}

/**
 * Finds the pool of a run.
 *
 * @throws TopologyError with every problem of the topology; CommandError, exit code 2, if it can't be pooled
 */
export async function poolOf(request: PooledRequest): Promise<Pool> {
  const read = await readNamed(request);
  const { poolKey } = await import("./pool-key.ts");
  return {
    key: await poolKey({ ...request, read, expiresIn: expiryOf(request) }),
    age: request.age,
  };
}

/** Begins a run with the newest free mesh of a pool. Undefined if there is none. */
export async function beginFromPool(
  request: BeginRequest,
  { key }: Pool,
): Promise<BegunRun | undefined> {
  const taken = await takeFromPool({ key, expiresIn: expiryOf(request), env: request.env });
  if (taken === undefined) return undefined;
  return { ...(await planNamed(await readNamed(request), taken.record.name)), ...taken };
}

function expiryOf({ expiresIn = defaultExpiry }: BeginRequest): number {
  if (!Number.isFinite(expiresIn) || expiresIn <= 0) {
    throw new CommandError(`a run can't expire after ${expiresIn} ms: use a time in the future`);
  }
  return expiresIn;
}

/** The topology, with the beginning of the run's name. */
async function readNamed({ source, name }: BeginRequest): Promise<ReadTopology> {
  const read = await readTopologySource(source);
  return { ...read, name: name ?? read.name };
}

/** The stack of a run. With the topology's own name it would collide with the next run. */
async function planNamed(
  { topology, origin }: ReadTopology,
  name: string,
): Promise<Pick<BegunRun, "stack" | "plan">> {
  const stack = stackOf(name, withName(topology, name));
  return { stack, plan: await planStack({ ...stack, ...(origin && { origin }) }) };
}

/** How many characters the name may have, so that the longest name of a node's container is a host name. */
function roomFor(topology: unknown): number {
  const clusters = (topology as { readonly clusters?: unknown } | null | undefined)?.clusters;
  const names = (Array.isArray(clusters) ? clusters : []).map((cluster: unknown) => {
    const name = (cluster as { readonly name?: unknown } | null | undefined)?.name;
    return typeof name === "string" ? name.length : 0;
  });
  const longestNode = Math.max(0, ...names) + "--external-load-balancer".length;
  return Math.min(limits.topologyName, limits.dnsLabel - longestNode);
}
