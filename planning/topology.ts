/**
 * The topology as a person writes it: which clusters there are, how they are linked, and what runs
 * in them. {@link plan} turns it into a {@link Plan}, or into problems.
 *
 * Plain data throughout: it decides which resources exist, so no part of it may be a Pulumi output.
 *
 * @example
 * ```yaml
 * clusters:
 *   - name: west
 *   - name: east
 * links:
 *   - between: [west, east]
 * ```
 */
export interface Topology {
  /**
   * Name of the topology: a DNS-1123 label of at most 46 characters. It prefixes everything on the Docker host (network, node
   * containers), so that topologies on one machine don't meet.
   * @default the name of the Pulumi stack
   */
  readonly name?: string;
  /** The clusters, 1 to 128. */
  readonly clusters: readonly ClusterSpec[];
  /** The Links between them. @default [] */
  readonly links?: readonly LinkSpec[];
  /** What is installed in every cluster. */
  readonly linkerd?: LinkerdSpec;
  /** Lifetimes of the trust anchor and the issuers. */
  readonly trust?: TrustSpec;
}

/** A cluster that the package makes with kind, or one that exists (`kubeconfig`). */
export interface ClusterSpec {
  /**
   * A DNS-1123 label of at most 32 characters, unique in the topology; it becomes the suffix of
   * mirror Services (`<service>-<cluster>`) in every source that has a Link to it.
   */
  readonly name: string;
  /**
   * Clusters on the same network get pod routes to each other, which flat Links need.
   * @default a network that the cluster has to itself
   */
  readonly network?: string;
  /** Kubernetes version, such as `v1.34.2`. @default the version of the node image in use */
  readonly kubernetesVersion?: string;
  /** Docker image of the nodes. @default kind's published image of the Kubernetes version */
  readonly nodeImage?: string;
  /** How many nodes of each role. @default { controlPlanes: 1, workers: 0 } */
  readonly nodes?: { readonly controlPlanes?: number; readonly workers?: number };
  /** Pod subnet, IPv4 CIDR. @default a /21 that follows from the cluster's name alone */
  readonly podSubnet?: string;
  /** Service subnet, IPv4 CIDR. @default a /21 that follows from the cluster's name alone */
  readonly serviceSubnet?: string;
  /**
   * Which pair of default subnets the cluster gets. Needed only where the names of two clusters lead
   * to the same pair, which validation tells.
   * @default a hash of the cluster's name
   */
  readonly slot?: number;
  /** Ports of the host that lead to a node. @default [] */
  readonly portMappings?: readonly PortMapping[];
  /** TOML patches for containerd's configuration on every node. @default [] */
  readonly containerdConfigPatches?: readonly string[];
  /** Registry host → mirrors to ask in its place, in order. @default {} */
  readonly registryMirrors?: Readonly<Record<string, readonly string[]>>;
  /** Further image archives (paths on this machine) that are loaded into every node. @default [] */
  readonly imageArchives?: readonly string[];
  /**
   * Kubeconfig file of a cluster that already exists. Such a cluster is not created and never deleted;
   * Linkerd and the Links are installed there, and removed by `destroy`.
   */
  readonly kubeconfig?: string;
  /** Context in that file. Only with `kubeconfig`. @default the file's current context */
  readonly context?: string;
  /**
   * Address of the API server as pods of the other clusters reach it, such as `https://10.1.2.3:6443`.
   * Only with `kubeconfig`, and needed there if a Link has this cluster as its target.
   */
  readonly apiServer?: string;
  /** How the gateway is exposed. It exists only if a Link of mode `gateway` or `mixed` leads here. */
  readonly gateway?: GatewaySpec;
}

/** A port of the host that leads to a port of a node. */
export interface PortMapping {
  /** Index of the node, control planes first. @default 0 */
  readonly node?: number;
  readonly containerPort: number;
  readonly hostPort: number;
  /** @default "127.0.0.1" */
  readonly listenAddress?: string;
  /** @default "TCP" */
  readonly protocol?: "TCP" | "UDP" | "SCTP";
}

/** How a cluster's gateway is reached from outside of it. */
export interface GatewaySpec {
  /** @default "NodePort" */
  readonly serviceType?: "NodePort" | "LoadBalancer";
  /** Node port of the gateway; `NodePort` only. @default 30143 */
  readonly nodePort?: number;
  /** Node port of the gateway's health probe; `NodePort` only. @default 30191 */
  readonly probeNodePort?: number;
  /**
   * Host names or IPv4 addresses at which the sources reach the gateway.
   * @default the names of the cluster's nodes. Required for `LoadBalancer` and for existing clusters.
   */
  readonly addresses?: readonly string[];
}

/** Which kinds of export a Link carries. */
export type LinkMode = "gateway" | "flat" | "mixed";

/**
 * Directed Links (`from`, `to`), or Links both ways between each two of a group (`between`). Exactly
 * one of the two forms.
 */
export interface LinkSpec {
  /** Source, or sources: where the clients and the mirror Services are. */
  readonly from?: string | readonly string[];
  /** Target, or targets: the clusters that own the exported Services. */
  readonly to?: string | readonly string[];
  /** Each to each, both directions. */
  readonly between?: readonly string[];
  /**
   * `gateway`: traffic enters the target through its gateway. `flat`: pod to pod, the client's own
   * identity arrives. `mixed`: both; the label of each exported Service chooses.
   * @default "mixed" between clusters on the same network, else "gateway"
   */
  readonly mode?: LinkMode;
  /** Mirror headless Services pod by pod; gateway and mixed Links only. @default true */
  readonly headless?: boolean;
}

/** The Linkerd that is installed in every cluster. */
export interface LinkerdSpec {
  /** Release, such as `edge-26.1.1`. @default "edge-26.1.1" */
  readonly version?: string;
  /** Three replicas of each controller, spread over nodes; needs three nodes. @default false */
  readonly highAvailability?: boolean;
  /** Values that are merged over the package's own, per chart. @default {} */
  readonly values?: {
    readonly crds?: Readonly<Record<string, unknown>>;
    readonly controlPlane?: Readonly<Record<string, unknown>>;
    readonly multicluster?: Readonly<Record<string, unknown>>;
  };
}

/** Lifetimes, in whole hours. */
export interface TrustSpec {
  /** @default 87600 (ten years) */
  readonly anchorLifetimeHours?: number;
  /** At most the anchor's. @default 8760 (one year), or the anchor's where that is shorter */
  readonly issuerLifetimeHours?: number;
  /**
   * An `up` within this time before the end makes the anchor's certificate anew.
   * @default 720 (thirty days), or a third of the lifetime where that is shorter
   */
  readonly anchorEarlyRenewalHours?: number;
  /**
   * An `up` within this time before the end makes an issuer's certificate anew.
   * @default 720 (thirty days), or a third of the lifetime where that is shorter
   */
  readonly issuerEarlyRenewalHours?: number;
}
