import type { NotBlank, PlainText } from "./topology-text.ts";
import type { ClusterTrustSpec } from "./schema-trust.ts";

/** A cluster that the package makes with kind, or one that exists (`kubeconfig`). */
export interface ClusterSpec {
  /**
   * A DNS-1123 label of at most 32 characters, unique in the topology; it becomes the suffix of
   * mirror Services (`<service>-<cluster>`) in every source that has a Link to it.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$
   * @maxLength 32
   */
  readonly name: string;
  /**
   * Clusters on the same network get pod routes to each other, which flat Links need.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$
   * @maxLength 63
   * @default a network that the cluster has to itself
   */
  readonly network?: string;
  /**
   * Kubernetes version, such as `v1.34.2`.
   * @pattern ^v1\.\d{1,3}\.\d{1,4}$
   * @default the version of the node image in use
   */
  readonly kubernetesVersion?: string;
  /**
   * Docker image of the nodes.
   * @pattern ^[^\s-]\S*$
   * @default kind's published image of the Kubernetes version
   */
  readonly nodeImage?: string;
  /** How many nodes of each role. @default { controlPlanes: 1, workers: 0 } */
  readonly nodes?: NodesSpec;
  /** Pod subnet, IPv4 CIDR. @default a /21 that follows from the cluster's name alone */
  readonly podSubnet?: string;
  /** Service subnet, IPv4 CIDR. @default a /21 that follows from the cluster's name alone */
  readonly serviceSubnet?: string;
  /**
   * Which pair of default subnets the cluster gets. Needed only where the names of two clusters lead
   * to the same pair, which validation tells.
   * @asType integer
   * @minimum 0
   * @maximum 4095
   * @default a hash of the cluster's name
   */
  readonly slot?: number;
  /** Ports of the host that lead to a node. @default [] */
  readonly portMappings?: readonly PortMapping[];
  /** TOML patches for containerd's configuration on every node. @default [] */
  readonly containerdConfigPatches?: readonly NotBlank[];
  /** Registry host, or `*` for every other one → mirrors to ask in its place, in order. @default {} */
  readonly registryMirrors?: Readonly<Record<string, readonly PlainText[]>>;
  /** Further image archives (paths on this machine) that are loaded into every node. @default [] */
  readonly imageArchives?: readonly PlainText[];
  /**
   * Kubeconfig file of a cluster that already exists. Such a cluster is not created and never deleted;
   * Linkerd and the Links are installed there, and removed by `destroy`.
   */
  readonly kubeconfig?: PlainText;
  /**
   * Context in that file. Only with `kubeconfig`. Another one, of another cluster, moves all that was installed
   * there. @default the context that is current at the first `up`, from then on
   */
  readonly context?: PlainText;
  /**
   * Address of the API server as pods of the other clusters reach it, such as `https://10.1.2.3:6443`.
   * Only with `kubeconfig`, and needed there if a Link has this cluster as its target.
   */
  readonly apiServer?: PlainText;
  /** How the gateway is exposed. It exists only if a Link of mode `gateway` or `mixed` leads here. */
  readonly gateway?: GatewaySpec;
  /**
   * Domain of the cluster's Services (`<service>.<namespace>.svc.<domain>`). A cluster that exists has one,
   * which this has to be.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$
   * @maxLength 121
   * @default "cluster.local"
   */
  readonly clusterDomain?: string;
  /** Trust domain and issuer, where they are not the mesh's. */
  readonly trust?: ClusterTrustSpec;
}

/** How many nodes of each role a cluster has. */
export interface NodesSpec {
  /**
   * An odd number: etcd needs a majority.
   * @asType integer
   * @minimum 1
   * @maximum 7
   * @default 1
   */
  readonly controlPlanes?: number;
  /**
   * Needed where there are several control planes.
   * @asType integer
   * @minimum 0
   * @maximum 250
   * @default 0
   */
  readonly workers?: number;
}

/** A port of the host that leads to a port of a node. */
export interface PortMapping {
  /**
   * Index of the node, control planes first.
   * @asType integer
   * @minimum 0
   * @maximum 1000
   * @default 0
   */
  readonly node?: number;
  /**
   * Port of the node.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly containerPort: number;
  /**
   * Port of the host.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly hostPort: number;
  /** Address of the host that the port is on. @default "127.0.0.1" */
  readonly listenAddress?: PlainText;
  /** Protocol of both ports. @default "TCP" */
  readonly protocol?: "TCP" | "UDP" | "SCTP";
}

/** How a cluster's gateway is reached from outside of it. */
export interface GatewaySpec {
  /** Kind of Service in front of the gateway. @default "NodePort" */
  readonly serviceType?: "NodePort" | "LoadBalancer";
  /**
   * Node port of the gateway; `NodePort` only.
   * @asType integer
   * @minimum 30000
   * @maximum 32767
   * @default 30143
   */
  readonly nodePort?: number;
  /**
   * Node port of the gateway's health probe; `NodePort` only.
   * @asType integer
   * @minimum 30000
   * @maximum 32767
   * @default 30191
   */
  readonly probeNodePort?: number;
  /**
   * Host names or IPv4 addresses at which the sources reach the gateway. Required for existing clusters,
   * and for `LoadBalancer` unless there is a `docker.subnet`.
   * @default the names of the cluster's nodes, or the first address of its range for load balancers
   */
  readonly addresses?: readonly string[];
  /**
   * Whom the gateway lets through. `linked`: the trust domains and addresses of the clusters that have a Link
   * to it. `everybody`: every meshed client from everywhere, as Linkerd's chart has it; after `linked` it has
   * to be written, since what was narrowed is not widened by leaving it out.
   * @default everybody, by the chart
   */
  readonly admission?: "linked" | "everybody";
}
