import type { ClusterPlan, Plan } from "../../planning/plan-types.ts";
import { identityOf } from "../../planning/policy/identities.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";
import { type Look, TimeLimitReached, waitFor } from "../../kubernetes/wait.ts";
import type { ClusterStatus, DataPlane, MeshStatus } from "../status.ts";
import type { Asker } from "./asked.ts";
import type { TrafficOptions, Wait } from "./options.ts";
import type { ProbePlan, Route, UnlinkedPair } from "./probe-plan.ts";

/** A server that answers with its name. */
export interface Server {
  readonly cluster: string;
  /** Pod and host name. */
  readonly name: string;
  readonly address: string;
}

/** The running probe workloads of one verification. */
export interface ProbeContext {
  readonly plan: Plan;
  readonly status: MeshStatus;
  readonly probes: ProbePlan;
  /** The same in every cluster. */
  readonly namespace: string;
  /** One for every cluster that answers. */
  readonly apis: ReadonlyMap<string, KubernetesApi>;
  /** By cluster. Its server and its client are Ready, with their proxies. */
  readonly servers: ReadonlyMap<string, Server>;
  /** Sends requests from the clients. */
  readonly asker: Asker;
  readonly signal: AbortSignal | undefined;
  /** How much runs at once. */
  readonly lanes: Lanes;
  /** Upper limits of its waits. */
  readonly limit: TrafficOptions["limit"];
}

/** The subject of checks of a route. */
export interface RouteSubject {
  readonly context: ProbeContext;
  readonly route: Route;
}

/** The subject of checks of two clusters without a Link. */
export interface UnlinkedSubject {
  readonly context: ProbeContext;
  readonly pair: UnlinkedPair;
}

/** @throws Error if the cluster doesn't answer, which callers check first */
export function apiOf({ apis }: Pick<ProbeContext, "apis">, cluster: string): KubernetesApi {
  const api = apis.get(cluster);
  if (api === undefined) throw new Error(`no connection to cluster ${cluster}`);
  return api;
}

export function statusOf({ status }: Pick<ProbeContext, "status">, cluster: string): ClusterStatus {
  const found = status.clusters.find(({ name }) => name === cluster);
  if (found === undefined) throw new Error(`the status has no cluster ${cluster}`);
  return found;
}

/** The client identity of workloads under a service account of the verification's namespace. */
export function identityIn(
  { plan, namespace }: Pick<ProbeContext, "plan" | "namespace">,
  cluster: string,
  serviceAccount: string,
): string {
  return identityOf({ namespace, serviceAccount }, planIn(plan, cluster).trustDomain);
}

export function planIn({ clusters }: Pick<Plan, "clusters">, cluster: string): ClusterPlan {
  const found = clusters.find(({ name }) => name === cluster);
  if (found === undefined) throw new Error(`the plan has no cluster ${cluster}`);
  return found;
}

/** The clusters whose workloads don't run. */
export function lackingOf(
  { servers }: ProbeContext,
  clusters: readonly string[],
): readonly string[] {
  return [...new Set(clusters)].filter((cluster) => !servers.has(cluster));
}

/** `none` if it is `none` in any of the clusters. */
export function dataPlaneOf({ status }: ProbeContext, clusters: readonly string[]): DataPlane {
  const found = status.clusters
    .filter(({ name }) => clusters.includes(name))
    .map(({ dataPlane }) => dataPlane);
  if (found.includes("none")) return "none";
  return found.includes("unknown") ? "unknown" : "real";
}

/** Looks until something is as it should be, or its time is over. @returns the last look */
export async function settled<T>(
  context: ProbeContext,
  wait: Wait,
  what: string,
  look: () => Promise<Look<T>>,
): Promise<Look<T>> {
  const { signal } = context;
  try {
    const limit = limitOf(context, wait);
    return { done: true, value: await waitFor({ what, limit, twice: true, look, signal }) };
  } catch (error) {
    if (!(error instanceof TimeLimitReached)) throw error;
    return { done: false, seen: error.seen };
  }
}

export function limitOf({ limit }: ProbeContext, wait: Wait): number {
  const asked = typeof limit === "number" ? limit : limit?.[wait];
  return Math.min(timeLimits[wait], asked ?? Number.POSITIVE_INFINITY);
}
