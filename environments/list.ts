import { readFile } from "node:fs/promises";
import { kindClusterLabel } from "../providers/kind/constants.ts";
import { listContainers } from "../providers/kind/containers.ts";
import type { Container } from "../providers/kind/container.ts";
import { definedIn } from "../system/environment.ts";
import { messageOf } from "../system/message-of.ts";
import { type Backend, chooseBackend, localStacks, stateFile } from "./backend.ts";
import { ownerOf } from "./leftovers.ts";
import { readProject } from "./project.ts";
import { meshOf } from "./proof.ts";
import { listRuns } from "./reap.ts";
import { backendOfRun } from "./runs/run-backend.ts";
import { readRecord } from "./runs/record.ts";
import { kindClustersIn } from "./state-clusters.ts";
import { outputsIn, type State, stateIn } from "./state.ts";

/**
 * Who made something: `up` (`stack`), `run` (`run`), or somebody whose state is not here (`elsewhere`): another user,
 * another state directory, or another Pulumi backend.
 */
export type ListedKind = "stack" | "run" | "elsewhere";

/** A cluster of something that is up. */
export interface ListedCluster {
  readonly name: string;
  /** `missing`: the state has it, Docker doesn't. `existing`: the topology took it as it was. */
  readonly state: "running" | "stopped" | "missing" | "existing" | "unknown";
}

/** Something that is up on this machine. */
export interface Listed {
  /** The name for `status`, `verify` and `down`. */
  readonly name: string;
  readonly kind: ListedKind;
  readonly clusters: readonly ListedCluster[];
  /** ISO 8601. Undefined if nobody wrote it down. */
  readonly since?: string;
  /** ISO 8601. Only runs expire. */
  readonly until?: string;
  /** Whether a run uses this mesh of a pool. Absent: it is in no pool. */
  readonly pool?: "free" | "taken";
  /** Whose it is, and what keeps it, in words. */
  readonly whose: string;
}

export interface ListResult {
  readonly meshes: readonly Listed[];
  /** What could not be looked at, so that something may be missing. */
  readonly problems: readonly string[];
}

/** Lists what is up on this machine: this user's stacks and runs, and what others have in Docker. It changes nothing. */
export async function list(env: NodeJS.ProcessEnv = process.env): Promise<ListResult> {
  const problems: string[] = [];
  const { name: project } = await readProject();
  const backend = chooseBackend(env);
  const [containers, runs, stacks] = await Promise.all([
    listContainers(`label=${kindClusterLabel}`).catch((error: unknown) => {
      problems.push(`Docker can't be asked: ${messageOf(error)}`);
      return undefined;
    }),
    listRuns({ env: definedIn(env) }),
    localStacks(backend, project).catch((error: unknown) => {
      problems.push(`the stacks of this user can't be listed: ${messageOf(error)}`);
      return [];
    }),
  ]);
  const look = (state: State | undefined, owner: string): readonly ListedCluster[] =>
    clustersOf(state, owner, containers);
  const listedStacks = await Promise.all(
    stacks.map(async (name): Promise<Listed> => {
      const state = await readStack(backend, project, name, problems);
      const since = sinceOf(state);
      return {
        name,
        kind: "stack",
        clusters: look(state, ownerOf(project, name)),
        ...(since !== undefined && { since }),
        whose: "yours, until `down`",
      };
    }),
  );
  const listedRuns = await Promise.all(
    runs.map(async ({ name, verdict, created, expires, pool, directory }): Promise<Listed> => {
      const record = directory === undefined ? "missing" : await readRecord(directory);
      const state =
        directory === undefined || typeof record === "string"
          ? undefined
          : await readStack(backendOfRun(directory, record, env), record.project, name, problems);
      return {
        name,
        kind: "run",
        clusters: look(state, ownerOf(typeof record === "string" ? project : record.project, name)),
        ...(created !== undefined && { since: created }),
        ...(expires !== undefined && { until: expires }),
        ...(pool !== undefined && { pool }),
        whose: verdict.why,
      };
    }),
  );
  const known = [...listedStacks, ...listedRuns];
  const owners = new Set(known.map(({ name }) => ownerOf(project, name)));
  return { meshes: [...known, ...elsewhere(containers ?? [], owners)], problems };
}

/** The clusters of a state, and those of its owner in Docker that the state doesn't have yet. */
function clustersOf(
  state: State | undefined,
  owner: string,
  containers: readonly Container[] | undefined,
): readonly ListedCluster[] {
  const inState = state === undefined ? [] : kindClustersIn(state).map(({ kindName }) => kindName);
  const inDocker = (containers ?? []).flatMap(({ cluster, stamp }) =>
    stamp?.owner === owner && cluster !== undefined ? [cluster] : [],
  );
  const mesh = state && meshOf(outputsIn(state));
  const existing = (mesh?.plan.clusters ?? []).filter(({ type }) => type === "existing");
  return [
    ...[...new Set([...inState, ...inDocker])].map((name) => ({
      name,
      state: stateOf(name, containers),
    })),
    ...existing.map(({ name }) => ({ name, state: "existing" as const })),
  ];
}

function stateOf(
  name: string,
  containers: readonly Container[] | undefined,
): ListedCluster["state"] {
  if (containers === undefined) return "unknown";
  const nodes = containers.filter(({ cluster }) => cluster === name);
  if (nodes.length === 0) return "missing";
  return nodes.every(({ running, paused }) => running && !paused) ? "running" : "stopped";
}

/** What the package made for somebody whose state is not here. */
function elsewhere(
  containers: readonly Container[],
  known: ReadonlySet<string>,
): readonly Listed[] {
  const owners = new Set(containers.flatMap(({ stamp }) => stamp?.owner ?? []));
  return [...owners]
    .filter((owner) => !known.has(owner))
    .map((owner) => ({
      name: owner.slice(owner.indexOf("/") + 1),
      kind: "elsewhere" as const,
      clusters: clustersOf(undefined, owner, containers),
      whose: `its state is not here (${owner})`,
    }));
}

async function readStack(
  { directory }: Backend,
  project: string,
  name: string,
  problems: string[],
): Promise<State | undefined> {
  if (directory === undefined) return undefined;
  const file = stateFile(directory, project, name);
  try {
    return stateIn(await readFile(file, "utf8"), file);
  } catch (error) {
    problems.push(messageOf(error));
    return undefined;
  }
}

/** When the first of its resources was created. */
function sinceOf(state: State | undefined): string | undefined {
  const times = (state?.deployment.resources ?? []).flatMap(({ created }) => created ?? []);
  return times.toSorted()[0];
}
