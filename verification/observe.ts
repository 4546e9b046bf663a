import type { ClusterPlan, Plan } from "../planning/plan-types.ts";
import { observeCluster, silentCluster } from "./facts/cluster.ts";
import { observeLink, unobservedLink } from "./facts/link.ts";
import { Connections } from "./connections.ts";
import type { KubernetesApi, NamedAccess } from "../kubernetes/api.ts";
import { readingOnce } from "../kubernetes/reading-once.ts";
import type { ClusterStatus, DataPlane, LinkStatus, MeshStatus } from "./status.ts";

/** A running mesh: its plan, and how to reach its clusters. */
export interface Mesh {
  readonly plan: Plan;
  /** One for each cluster of the plan. A missing one is reported as a cluster that doesn't answer. */
  readonly clusters: readonly MeshAccess[];
}

/** How to reach one cluster of a mesh. */
export type MeshAccess = NamedAccess & {
  /** kubectl finds the kubeconfig by default, so commands need not name it. @default false */
  readonly usual?: boolean;
};

export interface ObserveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Connections to reuse between looks. @default new ones */
  readonly connections?: Connections | undefined;
}

/**
 * Asks every cluster about itself and its Links, all at the same time. If a cluster doesn't answer, the
 * status says so; that is no error.
 *
 * @example
 * ```ts
 * const status = await observe({ plan, clusters: [{ name: "west", kubeconfigPath: "west.kubeconfig" }] });
 * console.log(renderStatus(status));
 * ```
 */
export async function observe(mesh: Mesh, options: ObserveOptions = {}): Promise<MeshStatus> {
  const { plan } = mesh;
  const connections = options.connections ?? new Connections(options);
  const parts = await Promise.all(
    plan.clusters.map((cluster) => observeOne(mesh, cluster, connections)),
  );
  const clusters = parts.map((part) => part.cluster);
  const links = parts.flatMap((part) => part.links);
  return {
    topology: plan.name,
    ...(plan.found && { found: true }),
    observedAt: new Date().toISOString(),
    dataPlane: overall(clusters.map(({ dataPlane }) => dataPlane)),
    clusters,
    links: plan.links.flatMap(({ source, target }) =>
      links.filter((link) => link.source === source && link.target === target),
    ),
  };
}

interface Part {
  readonly cluster: ClusterStatus;
  readonly links: readonly LinkStatus[];
}

async function observeOne(mesh: Mesh, plan: ClusterPlan, connections: Connections): Promise<Part> {
  const links = mesh.plan.links.filter(({ source }) => source === plan.name);
  const access = mesh.clusters.find(({ name }) => name === plan.name);
  const file =
    access !== undefined && "kubeconfigPath" in access && access.usual !== true
      ? access.kubeconfigPath
      : undefined;
  const context = access?.context;
  const withContext = (cluster: ClusterStatus): ClusterStatus =>
    context === undefined ? cluster : { ...cluster, context };
  const silent = (problem: string): Part => ({
    cluster: withContext(silentCluster(plan, file, problem)),
    links: links.map((link) => unobservedLink(link)),
  });
  if (access === undefined) return silent("its kubeconfig is unknown");
  let api: KubernetesApi;
  try {
    api = await connections.open(access);
  } catch (error) {
    return silent((error as Error).message);
  }
  const look = readingOnce(api);
  const cluster = withContext(await observeCluster(plan, file, api, look, mesh.plan));
  if (!cluster.reachable) return { cluster, links: links.map((link) => unobservedLink(link)) };
  return { cluster, links: await Promise.all(links.map((link) => observeLink(link, look))) };
}

function overall(dataPlanes: readonly DataPlane[]): DataPlane {
  if (dataPlanes.includes("none")) return "none";
  return dataPlanes.includes("unknown") ? "unknown" : "real";
}
