import { slotSubnets } from "./addresses.ts";
import { exposedPorts } from "./exposed-ports.ts";
import { formatBlock, formatFirst } from "../cidr.ts";
import type { Block } from "../cidr.ts";
import { compare } from "../compare.ts";
import { defaults, networkOf, nodeCounts } from "../defaults.ts";
import { divideNetwork } from "../docker/network.ts";
import { clusterGeneration } from "./generation.ts";
import { kindOptionKeys } from "./kind-options.ts";
import type { ExtraMount, KindOptions } from "./kind-options.ts";
import { groupBy } from "../group.ts";
import { planClusterLinkerd } from "../linkerd/plan.ts";
import { sourcesOf } from "../sources/sources.ts";
import { usesGateway } from "../links/links.ts";
import { apiServerUrl, gatewayIdentity, kindName, nodePlans } from "../names.ts";
import type {
  ClusterPlan,
  ExistingClusterPlan,
  GatewayPlan,
  KindClusterPlan,
  NodePlan,
} from "../plan-types.ts";
import type { DraftEdge } from "../topology/draft-clusters.ts";
import type { Sources } from "../sources/sources.ts";
import { planIssuer, trustDomainOf } from "../trust/plan.ts";
import { slotOf } from "./subnets.ts";
import type { ClusterSpec, PortMapping, Topology } from "../topology.ts";

/** The clusters of a topology that has no problems. */
export function planClusters(
  topologyName: string,
  topology: Topology,
  edges: readonly DraftEdge[],
  sources: Sources = {},
): ClusterPlan[] {
  const bySource = groupBy(edges, (edge) => edge.source);
  const byTarget = groupBy(edges, (edge) => edge.target);
  const order = new Map(topology.clusters.map(({ name }, index) => [name, index]));
  const inOrder = (names: string[]) =>
    names.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  const network = divideNetwork(topology.docker?.subnet);
  return topology.clusters.map((spec) => {
    const incoming = byTarget.get(spec.name) ?? [];
    const outgoing = bySource.get(spec.name) ?? [];
    const ends: Ends = {
      targets: inOrder(outgoing.map((edge) => edge.target)),
      sources: inOrder(incoming.map((edge) => edge.source)),
      needsGateway: incoming.some((edge) => usesGateway(edge.mode)),
      trustDomain: trustDomainOf(spec, topology.trust),
      clusterDomain: spec.clusterDomain ?? defaults.clusterDomain,
      issuer: planIssuer(spec.trust, topology.trust),
      linkerd: planClusterLinkerd(spec.linkerdVersion, topology.linkerd, sources.linkerdVersion),
    };
    const context = {
      peers: routePeers(spec, topology),
      dockerSubnet: topology.docker?.subnet,
      balancers: network?.rangeOf(slotOf({ name: spec.name, spec })),
    };
    const own = sourcesOf(sources, ends.linkerd.version);
    const { observability } = topology;
    const observed = [
      observability && own.prometheusArchive,
      observability?.tracing && own.jaegerArchive,
      ...((observability?.viz === true && own.viz?.archives) || []),
    ].filter((archive) => archive !== undefined);
    const archives = [...(own.archives ?? []), ...observed];
    return spec.kubeconfig === undefined
      ? planKindCluster(topologyName, spec, ends, { ...own, archives }, context)
      : planExistingCluster(spec, spec.kubeconfig, ends);
  });
}

/** What follows from the topology as a whole, for any kind of cluster. */
type Ends = Pick<
  ClusterPlan,
  "targets" | "sources" | "trustDomain" | "clusterDomain" | "issuer" | "linkerd"
> & { readonly needsGateway: boolean };

interface Context {
  readonly peers: readonly string[];
  readonly dockerSubnet: string | undefined;
  /** Addresses for load balancers, if they are planned. */
  readonly balancers: Block | undefined;
}

function planKindCluster(
  topologyName: string,
  spec: ClusterSpec,
  { needsGateway, ...ends }: Ends,
  { nodeImage, archives = [], metallb }: Sources,
  { peers, dockerSubnet, balancers }: Context,
): KindClusterPlan {
  const { controlPlanes, workers } = nodeCounts(spec);
  const kind = kindName(topologyName, spec.name);
  const nodes = nodePlans(kind, controlPlanes, workers);
  const slot = slotOf({ name: spec.name, spec });
  const subnets = slotSubnets(slot);
  const options = planKindOptions(spec);
  const generationInputs = {
    kindName: kind,
    kubernetesVersion: spec.kubernetesVersion,
    nodeImage: spec.nodeImage ?? nodeImage,
    nodes,
    podSubnet: spec.podSubnet ?? formatBlock(subnets.pods),
    serviceSubnet: spec.serviceSubnet ?? formatBlock(subnets.services),
    portMappings: planPortMappings(spec.portMappings ?? []),
    containerdConfigPatches: spec.containerdConfigPatches ?? [],
    registryMirrors: spec.registryMirrors ?? {},
    ...(options && { options }),
  };
  const gateway = needsGateway ? planGateway(spec, ends, nodes, balancers) : undefined;
  const bringsLoadBalancer = spec.loadBalancer ?? gateway?.loadBalancerIP !== undefined;
  const loaded = [
    ...archives,
    ...(bringsLoadBalancer ? (metallb?.archives ?? []) : []),
    ...(spec.imageArchives ?? []),
  ];
  return {
    type: "kind",
    name: spec.name,
    network: networkOf(spec),
    generation: clusterGeneration({
      ...generationInputs,
      dockerSubnet,
      ...(ends.clusterDomain !== defaults.clusterDomain && { clusterDomain: ends.clusterDomain }),
    }),
    slot,
    ...generationInputs,
    imageArchives: [...new Set(loaded)],
    apiServer: apiServerUrl(kind, controlPlanes),
    gateway,
    ...ends,
    routePeers: peers,
    loadBalancerRange: balancers && formatBlock(balancers),
    ...(bringsLoadBalancer && { bringsLoadBalancer }),
  };
}

/** The options of a cluster. Undefined if it has none, so that its generation doesn't change. */
function planKindOptions(spec: KindOptions): KindOptions | undefined {
  const options = { ...spec, extraMounts: planMounts(spec.extraMounts ?? []) };
  const given = kindOptionKeys.filter(
    (key) => hasContent(options[key]) && options[key] !== usual[key],
  );
  if (given.length === 0) return undefined;
  return Object.fromEntries(given.map((key) => [key, options[key]]));
}

/** Writing a default must not change the generation. */
const usual: KindOptions = { apiServerAddress: defaults.listenAddress };

/** Sorted and without defaults, for the same reason. */
function planMounts(mounts: readonly ExtraMount[]): ExtraMount[] {
  return mounts
    .map(({ readOnly = false, propagation = "None", selinuxRelabel = false, ...mount }) => ({
      ...mount,
      ...(readOnly && { readOnly }),
      ...(propagation !== "None" && { propagation }),
      ...(selinuxRelabel && { selinuxRelabel }),
    }))
    .sort((a, b) => (a.node ?? -1) - (b.node ?? -1) || compare(a.containerPath, b.containerPath));
}

function hasContent(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined;
  return Object.keys(value).length > 0;
}

/** An existing cluster itself decides what it does with packets for another cluster's pods. */
function routePeers(spec: ClusterSpec, { clusters }: Topology): string[] {
  return clusters
    .filter(
      (other) =>
        other.name !== spec.name &&
        other.kubeconfig === undefined &&
        networkOf(other) === networkOf(spec),
    )
    .map(({ name }) => name);
}

function planExistingCluster(
  spec: ClusterSpec,
  kubeconfig: string,
  { needsGateway, ...ends }: Ends,
): ExistingClusterPlan {
  return {
    type: "existing",
    name: spec.name,
    network: networkOf(spec),
    kubeconfig,
    context: spec.context,
    podSubnet: spec.podSubnet,
    serviceSubnet: spec.serviceSubnet,
    apiServer: spec.apiServer,
    gateway: needsGateway ? planGateway(spec, ends, []) : undefined,
    ...ends,
  };
}

function planGateway(
  { gateway = {} }: ClusterSpec,
  { trustDomain }: Pick<Ends, "trustDomain">,
  nodes: readonly NodePlan[],
  balancers?: Block,
): GatewayPlan {
  const serviceType = gateway.serviceType ?? "NodePort";
  const loadBalancerIP =
    serviceType === "LoadBalancer" && gateway.addresses === undefined && balancers
      ? formatFirst(balancers)
      : undefined;
  const names = loadBalancerIP === undefined ? nodes.map((node) => node.name) : [loadBalancerIP];
  const addresses = gateway.addresses ?? names;
  const exposed = exposedPorts(gateway);
  const { port = exposed.port, probePort = exposed.probePort } = gateway;
  const isElsewhere = port !== exposed.port || probePort !== exposed.probePort;
  return {
    serviceType,
    addresses,
    port,
    probePort,
    ...(isElsewhere && { exposed }),
    loadBalancerIP,
    ...(hasContent(gateway.serviceAnnotations) && {
      serviceAnnotations: gateway.serviceAnnotations ?? {},
    }),
    identity: gatewayIdentity(trustDomain, gateway.own),
    ...(gateway.admission !== undefined && { admission: gateway.admission }),
    ...(gateway.own !== undefined && { own: gateway.own }),
  };
}

/** Sorted: another order must not change the generation. */
/** Port mappings with their defaults, in an order of their own. */
export function planPortMappings(mappings: readonly PortMapping[]): Required<PortMapping>[] {
  return mappings
    .map(({ node = 0, containerPort, hostPort, listenAddress, protocol = "TCP" }) => ({
      node,
      containerPort,
      hostPort,
      listenAddress: listenAddress ?? defaults.listenAddress,
      protocol,
    }))
    .sort(
      (a, b) =>
        a.node - b.node ||
        a.hostPort - b.hostPort ||
        compare(a.protocol, b.protocol) ||
        compare(a.listenAddress, b.listenAddress),
    );
}
