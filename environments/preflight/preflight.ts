import type { KindClusterPlan, Plan } from "../../planning/plan-types.ts";
import type { Sources } from "../../planning/sources.ts";
import { CommandError } from "../command-error.ts";
import { nodeContainers } from "../docker.ts";
import type { NodeContainer } from "../docker.ts";
import { checkCharts } from "./charts.ts";
import { checkDockerSubnet } from "./docker-subnet.ts";
import { checkExistingClusters } from "./existing-clusters.ts";
import { checkForeignClusters } from "./foreign-clusters.ts";
import { checkPorts } from "./ports.ts";
import { checkRoom } from "./room.ts";
import { checkSubnets } from "./subnets.ts";

/** What the checks look at. */
export interface PreflightContext {
  readonly plan: Plan;
  readonly sources: Sources | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Every node of a kind cluster that this machine has, whoever made it. */
  readonly containers: readonly NodeContainer[];
  /** Clusters of the plan that have yet to be made. */
  readonly missing: readonly KindClusterPlan[];
}

/** Answers what stands in the way, one sentence each with how to mend it. */
export type PreflightCheck = (context: PreflightContext) => Promise<readonly string[]>;

const checks: readonly PreflightCheck[] = [
  checkExistingClusters,
  checkForeignClusters,
  checkPorts,
  checkSubnets,
  checkDockerSubnet,
  checkRoom,
  checkCharts,
];

/**
 * Looks at everything on this machine that would make `up` fail later, before anything is made.
 *
 * @returns number of checks that passed
 * @throws CommandError with every problem at once
 */
export async function preflight(
  plan: Plan,
  sources: Sources | undefined,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const kindClusters = plan.clusters.filter((cluster) => cluster.type === "kind");
  const containers = kindClusters.length === 0 ? [] : await nodeContainers(env);
  const present = new Set(containers.map((container) => container.cluster));
  const missing = kindClusters.filter((cluster) => !present.has(cluster.kindName));
  const context = { plan, sources, env, containers, missing };
  const problems = (await Promise.all(checks.map((check) => check(context)))).flat();
  if (problems.length === 0) return checks.length;
  throw new CommandError(
    ["this machine can't bring the topology up; nothing was made:", ...problems].join("\n  - "),
  );
}
