import type { ClusterSpec, TrustSpec } from "./topology.ts";
import type { TrustPlan } from "./plan-types.ts";
import type { Draft } from "./topology/shape.ts";

/** Values of what a topology leaves out. */
export const defaults = {
  controlPlanes: 1,
  workers: 0,
  /** The same for every cluster: they are ports of different nodes. */
  gatewayNodePort: 30_143,
  probeNodePort: 30_191,
  /** Behind a load balancer the ports are the gateway's own. */
  gatewayPort: 4143,
  probePort: 4191,
  listenAddress: "127.0.0.1",
  anchorLifetimeHours: 87_600,
  issuerLifetimeHours: 8760,
  earlyRenewalHours: 720,
  trustDomain: "cluster.local",
  clusterDomain: "cluster.local",
  anchorGeneration: 1,
  trafficPort: 80,
  trafficProtocol: "http",
  /** One per further step of the longest failover that was measured, and one more. */
  failoverRetries: 3,
  /** Linkerd's own, written down so that they don't change with its release. */
  circuitBreaking: { maxFailures: 7, minPenalty: "1s", maxPenalty: "1m", jitterRatio: 0.5 },
  retryOn: { http: "5xx", grpc: "unavailable" },
} as const;

/**
 * A cluster without a network has one to itself, known by the cluster's name; the rules see to it that
 * no other cluster says that name.
 */
export function networkOf(cluster: { readonly name: string; readonly network?: string }): string {
  return cluster.network ?? cluster.name;
}

/** How many nodes a kind cluster has. */
export function nodeCounts(cluster: Pick<Draft<ClusterSpec>, "nodes">) {
  const controlPlanes = cluster.nodes?.controlPlanes ?? defaults.controlPlanes;
  const workers = cluster.nodes?.workers ?? defaults.workers;
  return { controlPlanes, workers, total: controlPlanes + workers };
}

/** Lifetimes of certificates, in hours. */
export type Lifetimes = Pick<TrustPlan, Extract<keyof TrustPlan, `${string}Hours`>>;

/** Lifetimes with their defaults, which give way to shorter ones that were asked for. */
export function lifetimes(trust: Draft<TrustSpec> | undefined): Lifetimes {
  const anchor = trust?.anchorLifetimeHours ?? defaults.anchorLifetimeHours;
  const issuer = trust?.issuerLifetimeHours ?? Math.min(defaults.issuerLifetimeHours, anchor);
  const renewal = (lifetime: number) =>
    Math.min(defaults.earlyRenewalHours, Math.floor(lifetime / 3));
  return {
    anchorLifetimeHours: anchor,
    issuerLifetimeHours: issuer,
    anchorEarlyRenewalHours: trust?.anchorEarlyRenewalHours ?? renewal(anchor),
    issuerEarlyRenewalHours: trust?.issuerEarlyRenewalHours ?? renewal(issuer),
  };
}
