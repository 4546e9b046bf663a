import type { GatewayPlan, KindClusterPlan, LinkPlan, Plan } from "../../../planning/plan-types.ts";
import type { OwnGatewaySpec } from "../../../planning/topology.ts";
import type { Mesh } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

const gateway = (cluster: string) => ({
  serviceType: "NodePort" as const,
  addresses: [`two-${cluster}-control-plane`],
  port: 30143,
  probePort: 30191,
  loadBalancerIP: undefined,
  identity: "gateway.identity",
});

const cluster = (name: string, other: string, octet: number): KindClusterPlan => ({
  type: "kind",
  name,
  kindName: `two-${name}`,
  network: name,
  slot: 1,
  generation: "0a1b2c",
  apiServer: `https://two-${name}-control-plane:6443`,
  gateway: gateway(name),
  targets: [other],
  sources: [other],
  trustDomain: "cluster.local",
  clusterDomain: "cluster.local",
  issuer: { type: "made", signer: 1, rotation: undefined },
  linkerd: { version: "edge-26.1.1", chartVersion: "2026.1.1" },
  kubernetesVersion: undefined,
  nodeImage: undefined,
  nodes: [{ name: `two-${name}-control-plane`, role: "control-plane" }],
  podSubnet: `10.${octet}.0.0/21`,
  serviceSubnet: `10.${octet}.8.0/21`,
  portMappings: [],
  containerdConfigPatches: [],
  registryMirrors: {},
  imageArchives: [],
  routePeers: [],
  loadBalancerRange: undefined,
});

const link = (source: string, target: string): LinkPlan => ({
  source,
  target,
  name: target,
  mode: "gateway",
  gateway: gateway(target),
  headless: true,
  selectors: {
    gateway: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
    remoteDiscovery: undefined,
    federated: undefined,
  },
  excludedLabels: [],
  excludedAnnotations: [],
  accessAccount: `remote-access-${source}`,
  access: { tokenGeneration: 1, revoked: false },
});

/** Two clusters, linked both ways by their gateways. */
export const twoClusters: Plan = {
  name: "two",
  network: { name: "two", subnet: undefined, nodeRange: undefined },
  clusters: [cluster("west", "east", 10), cluster("east", "west", 20)],
  links: [link("west", "east"), link("east", "west")],
  exports: [],
  mirrors: [],
  traffic: [],
  linkerd: {
    version: "edge-26.1.1",
    chosenBy: "sources",
    chartVersion: "2026.1.1",
    namespace: "linkerd",
    multiclusterNamespace: "linkerd-multicluster",
    highAvailability: false,
    restart: [],
    values: { crds: {}, controlPlane: {}, multicluster: {}, viz: {} },
  },
  trust: {
    domain: "cluster.local",
    anchors: [{ type: "made", generation: 1 }],
    staged: false,
    restart: [],
    anchorLifetimeHours: 87600,
    issuerLifetimeHours: 8760,
    anchorEarlyRenewalHours: 720,
    issuerEarlyRenewalHours: 720,
  },
};

/** `twoClusters`, where an ingress is the gateway of one cluster. */
export function withIngress(cluster: string, own: OwnGatewaySpec): Plan {
  const replaced = <T extends { readonly gateway?: GatewayPlan | undefined }>(one: T): T =>
    one.gateway ? { ...one, gateway: { ...one.gateway, own } } : one;
  return {
    ...twoClusters,
    clusters: twoClusters.clusters.map((one) => (one.name === cluster ? replaced(one) : one)),
    links: twoClusters.links.map((one) => (one.target === cluster ? replaced(one) : one)),
  };
}

/** `twoClusters`, running as these two. */
export function meshOfTwo(west: FakeKubernetes, east: FakeKubernetes): Mesh {
  return {
    plan: twoClusters,
    clusters: [
      { name: "west", kubeconfig: west.kubeconfig },
      { name: "east", kubeconfig: east.kubeconfig },
    ],
  };
}
