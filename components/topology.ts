import { Network } from "../sdks/kind/index.ts";
import * as pulumi from "@pulumi/pulumi";
import { planOrThrow } from "../planning/plan.ts";
import type { ClusterPlan, LinkPlan, Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources.ts";
import type { Topology as TopologySpec } from "../planning/topology.ts";
import { ControlPlane } from "./control-plane.ts";
import { ExistingCluster } from "./existing-cluster.ts";
import { Issuer } from "./issuer.ts";
import { KindCluster } from "./kind-cluster.ts";
import { Link } from "./link.ts";
import { Multicluster } from "./multicluster.ts";
import { TrustAnchor } from "./trust-anchor.ts";

/** Arguments of {@link Topology}. */
export interface TopologyArgs {
  /** The clusters, the Links between them, and what runs in them. Plain data, not yet trusted. */
  readonly topology: TopologySpec;
  /** Name of the topology where it doesn't say one itself. @default the name of the resource */
  readonly name?: string;
  /** Where images and charts come from, paths absolute. @default the public registries */
  readonly sources?: Sources;
}

/** A cluster of a topology, with what was installed in it. */
interface Member {
  readonly plan: ClusterPlan;
  readonly cluster: KindCluster | ExistingCluster;
  readonly multicluster: Multicluster;
}

/**
 * A whole topology: its clusters, one trust anchor, Linkerd in every cluster, and the Links.
 *
 * Every cluster goes its own way; a Link waits for its two clusters and for nothing else.
 *
 * @example
 * ```ts
 * new Topology("lab", {
 *   topology: {
 *     clusters: [{ name: "west" }, { name: "east" }],
 *     links: [{ between: ["west", "east"] }],
 *   },
 * });
 * ```
 */
export class Topology extends pulumi.ComponentResource {
  /** All that was planned: names, subnets, ports, Links. */
  readonly plan: Plan;
  readonly clusters: Readonly<Record<string, KindCluster | ExistingCluster>>;
  readonly trustAnchor: TrustAnchor;

  /**
   * @throws TopologyError with every problem of the topology, before any resource is registered.
   */
  constructor(name: string, args: TopologyArgs, opts?: pulumi.ComponentResourceOptions) {
    const sources = args.sources ?? {};
    const plan = planOrThrow(args.topology, { name: args.name ?? name, sources });
    super("linkerd-topology:index:Topology", name, {}, opts);
    this.plan = plan;
    const child = { parent: this };

    this.trustAnchor = new TrustAnchor(
      name,
      {
        trustDomain: plan.linkerd.trustDomain,
        lifetimeHours: plan.trust.anchorLifetimeHours,
        earlyRenewalHours: plan.trust.anchorEarlyRenewalHours,
      },
      child,
    );
    const network = plan.clusters.some((cluster) => cluster.type === "kind")
      ? new Network(name, { name: plan.network.name }, child).name
      : plan.network.name;
    const members = new Map(
      plan.clusters.map((cluster) => [
        cluster.name,
        makeMember(name, cluster, { plan, sources, network, topology: this }),
      ]),
    );
    for (const link of plan.links) {
      makeLink(name, link, members, plan, child);
    }
    this.clusters = Object.fromEntries([...members].map(([key, { cluster }]) => [key, cluster]));
    this.registerOutputs({});
  }
}

interface Surroundings {
  readonly plan: Plan;
  readonly sources: Sources;
  readonly network: pulumi.Input<string>;
  readonly topology: Topology;
}

function makeMember(name: string, cluster: ClusterPlan, around: Surroundings): Member {
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
  return { plan: cluster, cluster: made, multicluster };
}

function makeLink(
  name: string,
  link: LinkPlan,
  members: ReadonlyMap<string, Member>,
  plan: Plan,
  child: pulumi.ComponentResourceOptions,
): void {
  const source = members.get(link.source);
  const target = members.get(link.target);
  const access = target?.multicluster.access[link.accessAccount];
  const apiServer = target?.plan.apiServer;
  if (source === undefined || access === undefined || apiServer === undefined) {
    throw new Error(`the plan has a Link ${link.source} → ${link.target} without what it needs`);
  }
  new Link(
    `${memberName(name, source.plan)}-to-${link.target}`,
    {
      source: source.cluster,
      extension: source.multicluster,
      target: link.name,
      apiServer,
      access,
      mode: link.mode,
      gateway: link.gateway,
      linkerdVersion: plan.linkerd.version,
      trustDomain: plan.linkerd.trustDomain,
      clusterDomain: plan.linkerd.clusterDomain,
    },
    child,
  );
}

/** Part of the logical name of everything in a cluster; a new generation of it has another one. */
function memberName(name: string, cluster: ClusterPlan): string {
  const suffix = cluster.type === "kind" ? `-${cluster.generation}` : "";
  return `${name}-${cluster.name}${suffix}`;
}

function count(cluster: ClusterPlan & { type: "kind" }, role: string): number {
  return cluster.nodes.filter((node) => node.role === role).length;
}
