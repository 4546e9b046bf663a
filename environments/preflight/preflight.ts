import type { NotingCheck, PreflightCheck } from "./check.ts";
import type { KindClusterPlan, Plan } from "../../planning/plan-types.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import { CommandError } from "../command-error.ts";
import { nodeContainers } from "../docker.ts";
import type { State } from "../state.ts";
import { checkCharts } from "./charts.ts";
import { checkExistingClusters } from "./existing-clusters.ts";
import { checkForeignClusters } from "./foreign-clusters.ts";
import { checkMounts } from "./mounts.ts";
import { checkNodePorts } from "./node-ports.ts";
import { checkPodAddresses } from "./pod-addresses.ts";
import { checkPorts } from "./ports.ts";
import { checkRemoteDocker } from "./remote-docker.ts";
import { checkRoom } from "./room.ts";
import { checkDockerSubnet, checkSubnets } from "./subnets.ts";
import { checkVersionsInClusters } from "./versions-in-clusters.ts";

/** The result of one check. */
export interface PreflightResult {
  /** Stable, for programs. */
  readonly id: string;
  readonly title: string;
  readonly state: "passed" | "failed" | "not run";
  /** What prevents an `up`, one sentence each with how to fix it. */
  readonly problems: readonly string[];
  /** Why it wasn't run, or what a person may want to know although it passed. */
  readonly note?: string;
}

interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly check: PreflightCheck | NotingCheck;
}

const catalogue: readonly CatalogueEntry[] = [
  {
    id: "existing-clusters",
    title: "existing clusters can be reached",
    check: checkExistingClusters,
  },
  {
    id: "versions-in-clusters",
    title: "clusters that exist already have a Kubernetes and a Gateway API for this Linkerd",
    check: checkVersionsInClusters,
  },
  {
    id: "pod-addresses",
    title: "existing clusters that share a pod subnet have pods of different addresses",
    check: checkPodAddresses,
  },
  {
    id: "foreign-clusters",
    title: "no planned cluster name is taken by somebody else's kind cluster",
    check: checkForeignClusters,
  },
  {
    id: "remote-docker",
    title: "API servers that Docker publishes can be reached",
    check: checkRemoteDocker,
  },
  { id: "ports", title: "planned ports of this machine are free", check: checkPorts },
  {
    id: "node-ports",
    title: "node ports of gateways are free in clusters that run",
    check: checkNodePorts,
  },
  { id: "mounts", title: "paths that nodes mount from this machine exist", check: checkMounts },
  {
    id: "subnets",
    title: "no Docker network uses a planned pod or Service subnet",
    check: checkSubnets,
  },
  { id: "docker-subnet", title: "the planned Docker subnet is free", check: checkDockerSubnet },
  { id: "room", title: "enough memory and disk for the nodes", check: checkRoom },
  { id: "charts", title: "Linkerd's charts are available", check: checkCharts },
];

/** Checks everything on this machine that would make `up` fail later, before anything is created. */
export async function preflight(
  plan: Plan,
  sources: Sources | undefined,
  env: Readonly<Record<string, string>>,
  state?: State,
): Promise<PreflightResult[]> {
  const kindClusters = kindClustersOf(plan);
  const containers = kindClusters.length === 0 ? [] : await nodeContainers(env);
  const present = new Set(containers.map((container) => container.cluster));
  const missing = kindClusters.filter((cluster) => !present.has(cluster.kindName));
  const context = { plan, sources, state, env, containers, missing };
  return Promise.all(
    catalogue.map(async ({ id, title, check }) => {
      const found = await check(context);
      const { problems, notes } = "problems" in found ? found : { problems: found, notes: [] };
      return {
        id,
        title,
        state: problems.length === 0 ? "passed" : "failed",
        problems,
        ...(notes.length > 0 && { note: notes.join("; ") }),
      } as const;
    }),
  );
}

/**
 * Refuses a Docker on another machine whose clusters could not be reached from here. For a new stack, it needs no tool
 * that would have to be brought.
 *
 * @throws CommandError
 */
export async function refuseRemoteDocker(
  plan: Plan,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const missing = kindClustersOf(plan);
  refuse(await checkRemoteDocker({ plan, sources: undefined, env, containers: [], missing }));
}

function kindClustersOf({ clusters }: Plan): readonly KindClusterPlan[] {
  return clusters.filter((cluster) => cluster.type === "kind");
}

/** Results that say that the checks can't be run. */
export function preflightNotRun(reason: string): PreflightResult[] {
  return catalogue.map(({ id, title }) => ({
    id,
    title,
    state: "not run",
    problems: [],
    note: reason,
  }));
}

/**
 * The results, if all checks passed.
 *
 * @throws CommandError with every problem at once
 */
export function requirePassed(results: readonly PreflightResult[]): readonly PreflightResult[] {
  refuse(results.flatMap((result) => result.problems));
  return results;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new CommandError(
    ["this machine can't bring the topology up; nothing was created:", ...problems].join("\n  - "),
  );
}
