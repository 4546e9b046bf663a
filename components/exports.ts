import { FederatedReady, ServiceExport } from "@linkerd-topology/mesh";
import type * as pulumi from "@pulumi/pulumi";
import { groupBy } from "../planning/group.ts";
import type { MirrorPlan, Plan } from "../planning/plan-types.ts";
import { accessByCluster, accessTo, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import type { Multicluster } from "./multicluster.ts";

/** What exports need to know about a cluster. */
export interface ExportingMember {
  /** Logical name of the cluster, with its generation. */
  readonly prefix: string;
  readonly cluster: MeshCluster;
  readonly multicluster: Pick<Multicluster, "installed">;
}

/** What exists before the exports. */
export interface ExportContext {
  /** Logical name of the topology. */
  readonly name: string;
  readonly plan: Pick<Plan, "exports" | "mirrors">;
  readonly members: ReadonlyMap<string, ExportingMember>;
  /** Every Link, by `source target`. */
  readonly links: ReadonlyMap<string, pulumi.Resource>;
  /** Services that the topology creates, by `cluster namespace service`. */
  readonly own: ReadonlyMap<string, pulumi.Resource>;
  readonly topology: pulumi.Resource;
}

/** One {@link ServiceExport} per Service and cluster, one {@link FederatedReady} per federated Service. */
export function makeExports(around: ExportContext): readonly {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly made: ServiceExport;
}[] {
  const services = groupBy(
    around.plan.exports,
    ({ cluster, namespace, service }) => `${cluster} ${namespace} ${service}`,
  );
  const exported = new Map(
    [...services].map(([key, ways]) => {
      const [{ cluster, namespace, service } = noWay()] = ways;
      const { prefix, cluster: into, multicluster } = memberOf(around.members, cluster);
      const labels = Object.assign({}, ...ways.map((way) => way.labels)) as Record<string, string>;
      const own = around.own.get(key);
      const made = new ServiceExport(
        `${prefix}-export-${namespace}.${service}`,
        { ...accessTo(into), namespace, service, labels },
        onCluster(into, around.topology, {
          dependsOn: [multicluster.installed, ...(own === undefined ? [] : [own])],
        }),
      );
      return [key, { cluster, namespace, service, made }] as const;
    }),
  );
  const federated = around.plan.mirrors.filter(({ kind }) => kind === "federated");
  for (const mirrors of groupBy(federated, (one) => `${one.namespace} ${one.name}`).values()) {
    makeFederated(around, mirrors, new Map([...exported].map(([key, { made }]) => [key, made])));
  }
  return [...exported.values()];
}

function makeFederated(
  around: ExportContext,
  mirrors: readonly MirrorPlan[],
  exported: ReadonlyMap<string, ServiceExport>,
): void {
  const [{ namespace, of: [{ service } = noWay()] } = noWay()] = mirrors;
  const views = Object.fromEntries(
    mirrors.map(({ cluster, of }) => [cluster, of.map((member) => member.cluster)]),
  );
  const named = [...new Set(Object.entries(views).flat(2))].sort();
  new FederatedReady(
    `${around.name}-federated-${namespace}.${service}`,
    {
      namespace,
      service,
      views: Object.fromEntries(
        Object.entries(views).map(([viewer, members]) => [viewer, members.join(",")]),
      ),
      ...accessByCluster(
        Object.fromEntries(
          named.map((cluster) => [cluster, memberOf(around.members, cluster).cluster]),
        ),
      ),
      // A recreated cluster keeps its file, but doesn't have the labels yet.
      triggers: named.map((cluster) => memberOf(around.members, cluster).prefix),
    },
    {
      parent: around.topology,
      dependsOn: [
        ...named.flatMap((cluster) => exported.get(`${cluster} ${namespace} ${service}`) ?? []),
        ...Object.entries(views).flatMap(([viewer, members]) =>
          members.flatMap((member) => around.links.get(`${viewer} ${member}`) ?? []),
        ),
      ],
    },
  );
}

/** One of the clusters of a plan. */
export function memberOf<M>(members: ReadonlyMap<string, M>, cluster: string): M {
  const found = members.get(cluster);
  if (found === undefined) throw new Error(`the plan has a cluster ${cluster} that was not made`);
  return found;
}

/** Groups have a first element. */
function noWay(): never {
  throw new Error("a group without an element");
}
