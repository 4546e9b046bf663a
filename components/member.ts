import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources.ts";
import { ControlPlane } from "./control-plane.ts";
import { ExistingCluster } from "./existing-cluster.ts";
import type { ExportingMember } from "./exports.ts";
import { Issuer } from "./issuer.ts";
import { KindCluster } from "./kind-cluster.ts";
import { Multicluster } from "./multicluster.ts";
import type { TrustAnchor } from "./trust-anchor.ts";

/** A cluster of a topology, with what was installed in it. */
export interface Member extends ExportingMember {
  readonly plan: ClusterPlan;
  readonly cluster: KindCluster | ExistingCluster;
  readonly multicluster: Multicluster;
}

/** What a member of a topology is made from, besides its own plan. */
export interface MemberSurroundings {
  readonly plan: Plan;
  readonly sources: Sources;
  readonly network: pulumi.Input<string>;
  readonly topology: pulumi.Resource & { readonly trustAnchor: TrustAnchor };
}

/** A cluster with its issuer, control plane and multicluster extension. */
export function makeMember(name: string, cluster: ClusterPlan, around: MemberSurroundings): Member {
  const { plan, sources, network, topology } = around;
  const { linkerd, trust } = plan;
  const child = { parent: topology };
  const prefix = memberName(name, cluster);
  const made =
    cluster.type === "kind"
      ? new KindCluster(
          prefix,
          {
            ...cluster,
            network,
            controlPlanes: count(cluster, "control-plane"),
            workers: count(cluster, "worker"),
          },
          child,
        )
      : new ExistingCluster(prefix, cluster, child);
  // The issuer is not in the cluster: it outlives the cluster's generations.
  const issuer = new Issuer(
    `${name}-${cluster.name}`,
    {
      trustAnchor: topology.trustAnchor,
      trustDomain: linkerd.trustDomain,
      lifetimeHours: trust.issuerLifetimeHours,
      earlyRenewalHours: trust.issuerEarlyRenewalHours,
    },
    child,
  );
  const common = {
    cluster: made,
    charts: { directory: sources.charts, version: linkerd.chartVersion },
    images: sources.images,
    trustDomain: linkerd.trustDomain,
    highAvailability: linkerd.highAvailability,
  };
  const controlPlane = new ControlPlane(
    `${prefix}-control-plane`,
    {
      ...common,
      trustAnchorsPem: topology.trustAnchor.certificatePem,
      issuer,
      gatewayApi: sources.gatewayApi,
      clusterDomain: linkerd.clusterDomain,
      crdsValues: linkerd.values.crds,
      values: linkerd.values.controlPlane,
    },
    child,
  );
  const outgoing = plan.links.filter((link) => link.source === cluster.name);
  const incoming = plan.links.filter((link) => link.target === cluster.name);
  const multicluster = new Multicluster(
    `${prefix}-multicluster`,
    {
      ...common,
      controlPlane,
      gateway: cluster.gateway,
      targets: outgoing.map((link) => ({
        name: link.name,
        probePort: link.gateway?.probePort,
        headless: link.headless,
      })),
      accessAccounts: incoming.map((link) => link.accessAccount),
      values: linkerd.values.multicluster,
    },
    child,
  );
  return { plan: cluster, prefix, cluster: made, multicluster };
}

/** Part of the logical name of everything in a cluster; a new generation of it has another one. */
export function memberName(name: string, cluster: ClusterPlan): string {
  const suffix = cluster.type === "kind" ? `-${cluster.generation}` : "";
  return `${name}-${cluster.name}${suffix}`;
}

function count(cluster: ClusterPlan & { type: "kind" }, role: string): number {
  return cluster.nodes.filter((node) => node.role === role).length;
}
