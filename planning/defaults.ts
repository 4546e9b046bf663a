import type { ClusterSpec, TrustSpec } from "./topology.ts";
import type { TrustPlan } from "./plan-types.ts";
import type { Draft } from "./topology/shape.ts";

/** Default values of a topology. */
export const defaults = {
  controlPlanes: 1,
  workers: 0,
  /** The same for every cluster, because they are ports of different nodes. */
  gatewayNodePort: 30_143,
  probeNodePort: 30_191,
  /** Behind a load balancer the gateway's own ports are used. */
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
  /** One for each further step of the longest failover that was measured, and one more. */
  failoverRetries: 3,
  /**
   * How long one try waits with `failover`. Only this makes the silence of a frozen cluster a failure that
   * circuit breaking counts. It was measured with 1, 2, 3 and 5 s (docs/traffic.md).
   */
  failoverTryTimeout: "3s",
  /** Linkerd's own defaults but for `maxPenalty`, 1m there: a place that is back gets requests that soon. */
  circuitBreaking: { maxFailures: 7, minPenalty: "1s", maxPenalty: "10s", jitterRatio: 0.5 },
  metricsRetention: "7d",
  scrapeInterval: "30s",
  /** Some hundred megabytes, if a trace has ten spans. */
  maxTraces: 50_000,
  /** Of each pod that observes. */
  observingRequests: { cpu: "50m", memory: "128Mi" },
  retryOn: { http: "5xx", grpc: "unavailable" },
} as const;

/**
 * The network of a cluster. A cluster without one has its own, with the cluster's name. The rules make sure
 * that no other cluster uses that name.
 */
export function networkOf(cluster: { readonly name: string; readonly network?: string }): string {
  return cluster.network ?? cluster.name;
}

/** The number of a kind cluster's nodes by role. */
export function nodeCounts(cluster: Pick<Draft<ClusterSpec>, "nodes">) {
  const controlPlanes = cluster.nodes?.controlPlanes ?? defaults.controlPlanes;
  const workers = cluster.nodes?.workers ?? defaults.workers;
  return { controlPlanes, workers, total: controlPlanes + workers };
}

/** Lifetimes of certificates, in hours. */
export type Lifetimes = Pick<TrustPlan, Extract<keyof TrustPlan, `${string}Hours`>>;

/** Lifetimes with their defaults. A default is shortened if a shorter lifetime was requested. */
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
