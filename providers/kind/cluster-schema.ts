import type { ObjectTypeSchema, PropertySchema, ResourceSchema } from "../server/index.ts";

const inputProperties: Record<string, PropertySchema> = {
  name: { type: "string", description: "Name that kind knows the cluster by." },
  network: { type: "string", description: "Docker network of the nodes." },
  generation: { type: "string", description: "A new value recreates the cluster." },
  owner: { type: "string", description: "Who may take over and delete the cluster." },
  kubernetesVersion: { type: "string", description: "Such as v1.34.2." },
  nodeImage: { type: "string", description: "Docker image of the nodes." },
  controlPlanes: { type: "integer", description: "How many control plane nodes." },
  workers: { type: "integer", description: "How many worker nodes." },
  podSubnet: { type: "string", description: "IPv4 CIDR." },
  serviceSubnet: { type: "string", description: "IPv4 CIDR." },
  clusterDomain: {
    type: "string",
    description: "Domain of the Services; cluster.local by default.",
  },
  fixedAddress: {
    type: "string",
    description:
      "IPv4 address on the Docker network that the only control plane keeps besides the one that Docker gives it.",
  },
  extraPortMappings: {
    type: "array",
    items: { $ref: "#/types/kind:index:ExtraPortMapping" },
    description: "Ports of the host that lead to a node.",
  },
  containerdConfigPatches: {
    type: "array",
    items: { type: "string" },
    description: "TOML patches for containerd's configuration on every node.",
  },
  registryMirrors: {
    type: "object",
    additionalProperties: { type: "array", items: { type: "string" } },
    description: "Registry host to mirrors, in the order in which they are asked.",
  },
  options: {
    type: "object",
    additionalProperties: { $ref: "pulumi.json#/Any" },
    description:
      "Options that kind passes on to nodes and kubeadm, by the keys that a topology has for them: " +
      "nodeLabels, extraMounts, kubeadmConfigPatches, featureGates, runtimeConfig, apiServerAddress, apiServerPort.",
  },
  imageArchives: {
    type: "array",
    items: { type: "string" },
    description: "Image archives that are loaded into every node.",
  },
  dnsTtlSeconds: {
    type: "integer",
    description: "For how many seconds CoreDNS lets clients keep an answer.",
  },
  kubeconfigPath: { type: "string", description: "File that gets the kubeconfig, mode 0600." },
};

/** What the engine is told about `kind:index:Cluster`. */
export const clusterSchema: ResourceSchema = {
  description: "A Kubernetes cluster whose nodes are Docker containers, made by kind.",
  inputProperties,
  requiredInputs: ["name", "network", "generation", "owner", "podSubnet", "serviceSubnet"],
  properties: {
    ...inputProperties,
    kubeconfig: { type: "string", secret: true, description: "Administrator's kubeconfig." },
    endpoint: { type: "string", description: "API server as this machine reaches it." },
    internalEndpoint: {
      type: "string",
      description: "API server as pods and nodes on the same Docker network reach it.",
    },
    clusterCaCertificate: { type: "string", description: "PEM." },
    nodes: { type: "array", items: { $ref: "#/types/kind:index:Node" } },
    uid: { type: "string", description: "uid of the namespace kube-system." },
  },
};

/** Object types that the schema refers to. */
export const clusterTypes: Record<string, ObjectTypeSchema> = {
  "kind:index:ExtraPortMapping": {
    type: "object",
    description: "A port of the host that leads to a port of a node.",
    properties: {
      node: { type: "integer", description: "Index of the node, control planes first." },
      containerPort: { type: "integer" },
      hostPort: { type: "integer" },
      listenAddress: { type: "string" },
      protocol: { type: "string", description: "TCP, UDP or SCTP." },
    },
    required: ["node", "containerPort", "hostPort", "listenAddress", "protocol"],
  },
  "kind:index:Node": {
    type: "object",
    description: "A node of a cluster.",
    properties: {
      name: { type: "string" },
      role: { type: "string" },
      address: { type: "string", description: "IPv4 address on the Docker network." },
      podCidr: { type: "string", description: "The node's share of the pod subnet." },
    },
    required: ["name", "role", "address", "podCidr"],
  },
};
