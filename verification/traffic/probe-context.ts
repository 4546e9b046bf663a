import type { ClusterPlan, Plan } from "../../planning/plan-types.ts";
import { identityOf } from "../../planning/policy/identities.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";
import type { ClusterStatus, DataPlane, MeshStatus } from "../status.ts";
import type { Asker } from "./asked.ts";
import type { ProbePlan, Route, UnlinkedPair } from "./probe-plan.ts";

/** A server that answers who it is. */
export interface Server {
  readonly cluster: string;
  /** Pod and host name. */
  readonly name: string;
  readonly address: string;
}

/** The probe workloads of one verification, as they run. */
export interface ProbeContext {
  readonly plan: Plan;
  readonly status: MeshStatus;
  readonly probes: ProbePlan;
  /** The same in every cluster. */
  readonly namespace: string;
  /** Of every cluster that answers. */
  readonly apis: ReadonlyMap<string, KubernetesApi>;
  /** By cluster: its server and its client are Ready, with their proxies. */
  readonly servers: ReadonlyMap<string, Server>;
  /** Puts requests from the clients. */
  readonly asker: Asker;
  readonly signal: AbortSignal | undefined;
  /** What may go on at once. */
  readonly lanes: Lanes;
  /** Milliseconds that no wait exceeds. */
  readonly limit: number | undefined;
}

/** What checks of a route look at. */
export interface RouteSubject {
  readonly context: ProbeContext;
  readonly route: Route;
}

/** What checks of clusters without a Link look at. */
export interface UnlinkedSubject {
  readonly context: ProbeContext;
  readonly pair: UnlinkedPair;
}

/** @throws Error if the cluster is none that answers, which is seen to before anything is asked of it */
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

/** What workloads under a service account of the verification's namespace show themselves as. */
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

/** The clusters whose workloads do not run. */
export function lackingOf(
  { servers }: ProbeContext,
  clusters: readonly string[],
): readonly string[] {
  return [...new Set(clusters)].filter((cluster) => !servers.has(cluster));
}

/** `none` if it is so in any of the clusters. */
export function dataPlaneOf({ status }: ProbeContext, clusters: readonly string[]): DataPlane {
  const found = status.clusters
    .filter(({ name }) => clusters.includes(name))
    .map(({ dataPlane }) => dataPlane);
  if (found.includes("none")) return "none";
  return found.includes("unknown") ? "unknown" : "real";
}

/** A wait's limit. */
export function limitOf({ limit }: ProbeContext, own: keyof typeof timeLimits): number {
  return Math.min(timeLimits[own], limit ?? Number.POSITIVE_INFINITY);
}
