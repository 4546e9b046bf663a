import path from "node:path";
import type { Plan } from "../../planning/plan-types.ts";
import { limits } from "../../planning/limits.ts";
import { CommandError } from "../command-error.ts";
import { requireStateDirectory } from "../output-files.ts";
import { planStack } from "../plan-stack.ts";
import { readProject } from "../project.ts";
import type { StackFile } from "../stacks.ts";
import { readTopologySource, stackOf } from "../topology-source.ts";
import type { TopologySource } from "../topology-source.ts";
import { identify } from "../../toolchain/process-identity.ts";
import { beginRun, runDirectory, runName } from "./record.ts";
import type { RunRecord } from "./record.ts";
import { needsPassphrase, prepareRunBackend, withoutCredentials } from "./run-backend.ts";

/** The default lifetime of a run: six hours. */
export const defaultExpiry = 6 * 3_600_000;

/** What a run begins with. */
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

/** A run that has a record and nothing else yet. */
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
  const { expiresIn = defaultExpiry, env } = request;
  if (!Number.isFinite(expiresIn) || expiresIn <= 0) {
    throw new CommandError(`a run can't expire after ${expiresIn} ms: use a time in the future`);
  }
  const read = await readTopologySource(request.source);
  const base = request.name ?? read.name;
  const name = runName(base, roomFor(read.topology));
  // With the topology's own name it would collide with the next run.
  const topology = withName(read.topology, name);
  const stack = stackOf(name, topology);
  const plan = await planStack({ ...stack, ...(read.origin && { origin: read.origin }) });
  const [{ name: project }, owner] = await Promise.all([readProject(), identify(process.pid)]);
  if (owner === undefined) throw new Error("this process can't be identified");
  const now = Date.now();
  const record: RunRecord = {
    version: 1,
    name,
    project,
    topology: base,
    owner,
    created: new Date(now).toISOString(),
    expires: new Date(now + expiresIn).toISOString(),
    ...(request.backend !== undefined && {
      backendUrl: withoutCredentials(request.backend),
      ownPassphrase: needsPassphrase(env),
    }),
    docker: plan.clusters.some(({ type }) => type === "kind"),
    engineRemoves:
      request.backend !== undefined || plan.clusters.some(({ type }) => type !== "kind"),
  };
  const directory = runDirectory(name, env);
  await requireStateDirectory(path.dirname(directory));
  await beginRun(directory, record);
  if (request.backend !== undefined) await prepareRunBackend(directory);
  return { record, directory, stack, plan };
}

function withName(topology: unknown, name: string): unknown {
  return typeof topology === "object" && topology !== null && !Array.isArray(topology)
    ? { ...topology, name }
    : topology;
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
