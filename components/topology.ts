import { Network, type NetworkArgs } from "@pulumi/kind";
import * as pulumi from "@pulumi/pulumi";
import { planOrThrow } from "../planning/plan.ts";
import { fixedAddresses } from "../planning/docker/fixed-addresses.ts";
import { apiServerAt, memberName } from "../planning/names.ts";
import { planGatewayAdmission } from "../planning/policy/gateway-admission.ts";
import type { LinkPlan, Plan } from "../planning/plan-types.ts";
import type { MadeFrom, TopologyOrigin } from "../planning/sources/made-from.ts";
import type { Sources } from "../planning/sources/sources.ts";
import type { Topology as TopologySpec } from "../planning/topology.ts";
import type { AnchorGeneration } from "./anchors.ts";
import { adoptMesh } from "./adopted-mesh.ts";
import { AccessAccount } from "./access-account.ts";
import type { ExistingCluster } from "./existing-cluster.ts";
import { makeExports, memberOf } from "./exports.ts";
import { makeOwnGateway } from "./own-gateway.ts";
import { GatewayAdmission } from "./policy/gateway-admission.ts";
import { definedOnly } from "./defined-only.ts";
import { KindCluster } from "./kind-cluster.ts";
import { Link } from "./link.ts";
import { existingClusters, makeMember, type Member } from "./member.ts";
import { makeObservability, ownServices } from "./observability.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import { PodRoutes } from "./pod-routes.ts";
import { readProgramFile } from "./program-context.ts";
import { compareAnchors, makeTrust } from "./topology-trust.ts";
import { namedSources } from "./sources.ts";
import { makeTraffic } from "./traffic.ts";
import type { TrustedAnchor } from "./trust-anchor.ts";
import { refuseMissingChart } from "./viz.ts";

/** Arguments of {@link Topology}. */
export interface TopologyArgs {
  /** The clusters, the Links between them, and what runs in them. Plain data that is checked here. */
  readonly topology: TopologySpec;
  /** Name of the topology if the topology has none. @default the name of the resource */
  readonly name?: string;
  /**
   * Where images and charts come from, paths absolute.
   * @default the file that the environment variable LINKERD_TOPOLOGY_SOURCES names, else the public registries
   */
  readonly sources?: Sources;
  /** The file that `topology` was read from. It is recorded with the sources. */
  readonly origin?: TopologyOrigin | undefined;
  /**
   * Labels of the Docker network, for example who may remove it and when. Docker can't change labels, so
   * another label recreates the network.
   * @default {}
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/**
 * A whole topology: its clusters, one trust anchor, Linkerd in every cluster, and the Links.
 *
 * No cluster waits for another one. A Link waits for its two clusters and for nothing else.
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
  /** The whole plan: names, subnets, ports, Links. */
  readonly plan: Plan;
  readonly clusters: Readonly<Record<string, KindCluster | ExistingCluster>>;
  /** The newest generation of the trust anchor. Undefined for an adopted mesh, which keeps its own. */
  readonly trustAnchor: TrustedAnchor | undefined;
  /** Every generation of the trust anchor, oldest first. None for an adopted mesh. */
  readonly trustAnchors: readonly AnchorGeneration[];
  /** What it was made from, as its state records it. */
  readonly madeFrom: MadeFrom;

  /** Each cluster's kubeconfig by the cluster's name. Secret. */
  get kubeconfigs(): pulumi.Output<Readonly<Record<string, string>>> {
    const texts = Object.entries(this.clusters).map(
      ([name, { kubeconfig }]) => [name, kubeconfig] as const,
    );
    return pulumi.secret(pulumi.output(Object.fromEntries(texts)));
  }

  /** Each Link, from where to where. `plan.links` has all that was planned for it. */
  get links(): readonly Pick<LinkPlan, "source" | "target" | "mode">[] {
    return this.plan.links.map(({ source, target, mode }) => ({ source, target, mode }));
  }

  /** `none` if stand-ins for Linkerd's proxy run, which carry no traffic. */
  get dataPlane(): "real" | "none" {
    return this.madeFrom.sources.dataPlane ?? "real";
  }

  /**
   * @param opts `protect: true` protects what can't be made again as it was: clusters, the identities of existing
   *   clusters, and trust anchors. The rest of the topology can still be edited. It has precedence over the
   *   topology's own `protect`.
   * @throws TopologyError with every problem of the topology, pulumi.RunError with every other argument that is an
   *   output, before any resource is registered.
   */
  constructor(
    name: string,
    args: TopologyArgs,
    { protect: protectByOption, ...opts }: pulumi.ComponentResourceOptions = {},
  ) {
    // The plan refuses those in `topology`, together with its other problems.
    refuseOutputs("Topology", name, args, ["topology"]);
    const sources = args.sources ?? namedSources() ?? {};
    const plan = planOrThrow(args.topology, {
      name: args.name ?? name,
      sources,
      certificates: { readFile: readProgramFile, now: new Date() },
    });
    refuseMissingChart(plan, sources);
    super("linkerd-topology:index:Topology", name, {}, opts);
    this.plan = plan;
    const child = { parent: this };
    // Children inherit it: given to the Topology itself, it would refuse every edit of a Link.
    const protect = protectByOption ?? plan.protect;
    const lasting = { ...child, ...(protect !== undefined && { protect }) };

    const existing = existingClusters(name, plan, lasting);
    this.madeFrom = definedOnly({ sources, topology: args.origin });
    if (plan.adopted === true) {
      adoptMesh(name, plan, existing, this);
      this.trustAnchors = [];
      this.trustAnchor = undefined;
      this.clusters = Object.fromEntries(existing);
      this.registerOutputs({ madeFrom: this.madeFrom });
      return;
    }
    const trust = makeTrust(name, plan, existing, { child, lasting });
    this.trustAnchors = trust.anchors;
    this.trustAnchor = trust.newest;
    const docker = plan.clusters.some((cluster) => cluster.type === "kind")
      ? new Network(networkResourceName(name, plan), networkArgs(plan, args.labels), child)
      : undefined;
    const network = docker?.name ?? plan.network.name;
    const addresses = keptAddresses(plan, docker);
    const members = new Map(
      plan.clusters.map((cluster) => [
        cluster.name,
        makeMember(name, cluster, {
          plan,
          sources,
          network,
          fixedAddresses: addresses,
          topology: this,
          lasting,
          existing,
          trust,
        }),
      ]),
    );
    const routes = makeRoutes(name, members, sources, child);
    const made = plan.links.map((link) => ({
      ...link,
      ...makeLink(name, link, { members, routes, bundle: trust.bundle }, child),
    }));
    const links = new Map(made.map(({ source, target, link }) => [`${source} ${target}`, link]));
    const gateways = [...members.values()].flatMap((member) => {
      const dockerSubnet = docker?.subnet;
      const made =
        makeOwnGateway(member, plan, { dockerSubnet, topology: this }) ??
        admitAtGateway(member, plan, { dockerSubnet, child });
      return made === undefined ? [] : [{ cluster: member.plan.name, made }];
    });
    const observed = makeObservability({
      plan,
      members,
      sources,
      bundle: trust.bundle,
      topology: this,
    });
    const own = ownServices(observed);
    const exported = makeExports({ name, plan, members, links, own, topology: this });
    const routed = makeTraffic({ plan, members, links, exported, topology: this });
    for (const [cluster, one] of existing) {
      const { prefix, contents } = memberOf(members, cluster);
      one.guard(prefix, [
        ...contents,
        ...made.flatMap(({ source, link }) => (source === cluster ? [link] : [])),
        ...made.flatMap(({ target, access }) => (target === cluster ? [access] : [])),
        ...[...gateways, ...observed, ...exported, ...routed].flatMap((one) =>
          one.cluster === cluster ? [one.made] : [],
        ),
      ]);
    }
    this.clusters = Object.fromEntries([...members].map(([key, { cluster }]) => [key, cluster]));
    // It waits for nothing: it is in the state before the first cluster is created.
    this.registerOutputs({ madeFrom: this.madeFrom });
  }
}

/** Restricts which clients a cluster's gateway accepts, or lifts the restriction, as the topology says. */
function admitAtGateway(
  { plan: { name, gateway }, prefix, cluster, multicluster }: Member,
  plan: Plan,
  around: {
    readonly dockerSubnet: pulumi.Output<string> | undefined;
    readonly child: pulumi.ComponentResourceOptions;
  },
): GatewayAdmission | undefined {
  if (gateway?.admission === undefined) return undefined;
  const admission = planGatewayAdmission(plan, name);
  if (admission === undefined) return undefined;
  return new GatewayAdmission(
    `${prefix}-gateway`,
    {
      cluster,
      extension: multicluster,
      admission,
      ...definedOnly({ dockerSubnet: around.dockerSubnet }),
    },
    around.child,
  );
}

/**
 * Another subnet means another network. Its clusters are recreated on it, so it is a new resource as well.
 */
function networkResourceName(name: string, { network: { subnet } }: Plan): string {
  return subnet === undefined ? name : `${name}-${subnet.replace(/[./]/g, "-")}`;
}

function networkArgs(
  { network: { name, subnet, nodeRange } }: Plan,
  labels: TopologyArgs["labels"],
): NetworkArgs {
  return { name, subnet, ipRange: nodeRange, labels };
}

/** The addresses of API servers, in the configured subnet or in the one that Docker chose. */
function keptAddresses(
  { clusters, network: { nodeRange } }: Plan,
  docker: Network | undefined,
): pulumi.Output<ReadonlyMap<string, string>> {
  const range = nodeRange ?? docker?.subnet;
  return pulumi
    .output(range)
    .apply((known) => (known === undefined ? new Map() : fixedAddresses(clusters, known)));
}

/** Pod routes of each cluster that shares its network with others, by the cluster's name. */
function makeRoutes(
  name: string,
  members: ReadonlyMap<string, Member>,
  sources: Sources,
  child: pulumi.ComponentResourceOptions,
): Map<string, PodRoutes> {
  const routes = new Map<string, PodRoutes>();
  for (const { plan, cluster } of members.values()) {
    if (plan.type !== "kind" || plan.routePeers.length === 0) continue;
    const peers = plan.routePeers.map((peer) => {
      const member = members.get(peer);
      if (member?.plan.type !== "kind" || !(member.cluster instanceof KindCluster)) {
        throw new Error(`the plan has routes ${plan.name} → ${peer}, which is not a kind cluster`);
      }
      return { podSubnet: member.plan.podSubnet, nodes: member.cluster.nodes };
    });
    const args = { cluster, peers, image: sources.images?.pause };
    routes.set(plan.name, new PodRoutes(`${memberName(name, plan)}-pod-routes`, args, child));
  }
  return routes;
}

/** What a Link is made from, besides itself. */
interface LinkContext {
  readonly members: ReadonlyMap<string, Member>;
  readonly routes: ReadonlyMap<string, PodRoutes>;
  /** PEM of what the clusters trust. */
  readonly bundle: pulumi.Output<string>;
}

function makeLink(
  name: string,
  link: LinkPlan,
  { members, routes, bundle }: LinkContext,
  child: pulumi.ComponentResourceOptions,
): { readonly link: Link; readonly access: AccessAccount } {
  const source = members.get(link.source);
  const target = members.get(link.target);
  const url = target?.plan.apiServer;
  if (!source || !target || url === undefined) {
    throw new Error(`the plan has a Link ${link.source} → ${link.target} without what it needs`);
  }
  const kept = target.cluster instanceof KindCluster ? target.cluster.fixedAddress : undefined;
  const apiServer = pulumi.output(kept).apply((address) => apiServerAt(url, address));
  const linkName = `${memberName(name, source.plan)}-to-${link.target}`;
  const access = new AccessAccount(
    `${memberName(name, target.plan)}-from-${link.source}`,
    {
      cluster: target.cluster,
      extension: target.multicluster,
      source: link.source,
      mode: link.mode,
      ...link.access,
    },
    child,
  );
  const made = new Link(
    linkName,
    {
      source: source.cluster,
      extension: source.multicluster,
      target: link.name,
      apiServer: apiServer.server,
      tlsServerName: apiServer.tlsServerName,
      access: access.credentials,
      rights: access.rights,
      mode: link.mode,
      selectors: link.selectors,
      excludedLabels: link.excludedLabels,
      excludedAnnotations: link.excludedAnnotations,
      routes: [link.source, link.target].flatMap((end) => routes.get(end) ?? []),
      proxies: [source.proxies, target.proxies],
      gateway: link.gateway,
      linkerdVersion: source.plan.linkerd.version,
      trustDomain: target.plan.trustDomain,
      clusterDomain: target.plan.clusterDomain,
      anchorsShared: compareAnchors(linkName, source, target, bundle, child),
    },
    child,
  );
  return { link: made, access };
}
