// Written by `npm run sdks`, out of the provider's package schema.
import * as pulumi from "@pulumi/pulumi";

export type Protocol = "TCP" | "UDP" | "SCTP";

export interface ExtraPortMappingArgs {
  /** Index of the node, control planes first, from 0. */
  node: pulumi.Input<number>;
  /** Port of the node. */
  containerPort: pulumi.Input<number>;
  /** Port of this machine; it must be free. */
  hostPort: pulumi.Input<number>;
  /** Address of this machine that listens; `127.0.0.1` keeps it to this machine. */
  listenAddress: pulumi.Input<string>;
  /** `TCP`, `UDP` or `SCTP`. */
  protocol: pulumi.Input<Protocol>;
}

export interface ExtraPortMapping {
  /** Index of the node, control planes first, from 0. */
  readonly node: number;
  /** Port of the node. */
  readonly containerPort: number;
  /** Port of this machine; it must be free. */
  readonly hostPort: number;
  /** Address of this machine that listens; `127.0.0.1` keeps it to this machine. */
  readonly listenAddress: string;
  /** `TCP`, `UDP` or `SCTP`. */
  readonly protocol: Protocol;
}

export type Propagation = "None" | "HostToContainer" | "Bidirectional";

export interface ExtraMountArgs {
  node?: pulumi.Input<number | undefined>;
  hostPath: pulumi.Input<string>;
  containerPath: pulumi.Input<string>;
  readOnly?: pulumi.Input<boolean | undefined>;
  propagation?: pulumi.Input<Propagation | undefined>;
  selinuxRelabel?: pulumi.Input<boolean | undefined>;
}

export interface ExtraMount {
  readonly node?: number;
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly?: boolean;
  readonly propagation?: Propagation;
  readonly selinuxRelabel?: boolean;
}

export interface OptionsArgs {
  nodeLabels?: pulumi.Input<
    | Readonly<Record<string, pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>>>
    | undefined
  >;
  extraMounts?: pulumi.Input<readonly pulumi.Input<ExtraMountArgs>[] | undefined>;
  kubeadmConfigPatches?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  featureGates?: pulumi.Input<Readonly<Record<string, pulumi.Input<boolean>>> | undefined>;
  runtimeConfig?: pulumi.Input<Readonly<Record<string, pulumi.Input<boolean>>> | undefined>;
  apiServerAddress?: pulumi.Input<string | undefined>;
  apiServerPort?: pulumi.Input<number | undefined>;
}

export interface Options {
  readonly nodeLabels?: Record<string, Record<string, string>>;
  readonly extraMounts?: ExtraMount[];
  readonly kubeadmConfigPatches?: string[];
  readonly featureGates?: Record<string, boolean>;
  readonly runtimeConfig?: Record<string, boolean>;
  readonly apiServerAddress?: string;
  readonly apiServerPort?: number;
}

export interface Node {
  /** Name of the node, of its container, and of its host on the Docker network. */
  readonly name: string;
  /** `control-plane` or `worker`. */
  readonly role: string;
  /** IPv4 address on the Docker network; a restart may change it. */
  readonly address: string;
  /** The node's share of the pod subnet. */
  readonly podCidr: string;
}

/** Arguments of {@link Cluster}. */
export interface ClusterArgs {
  /**
   * Name of the cluster in kind: lower-case letters, digits and `-`. Its nodes are called
   * `<name>-control-plane`, `<name>-worker` and so on, in up to 63 characters. Another value
   * recreates the resource.
   */
  name: pulumi.Input<string>;
  /**
   * Docker network of the nodes. It must exist and must not belong to another owner. Usually the
   * output `name` of a `Network`. Another value recreates the resource.
   */
  network: pulumi.Input<string>;
  /**
   * Tells the cluster from earlier ones of this name. The provider takes over a cluster with this
   * name that the same owner made in another generation: it removes and recreates it. Another value
   * recreates the resource.
   */
  generation: pulumi.Input<string>;
  /**
   * Who may take over and delete the cluster; every node carries it. `<project>/<stack>` by default.
   * Another value recreates the resource.
   */
  owner?: pulumi.Input<string | undefined>;
  /**
   * Such as `v1.34.2`. With `nodeImage`, the image must have this version; another one is an error.
   * By default the version of the node image. Another value recreates the resource.
   */
  kubernetesVersion?: pulumi.Input<string | undefined>;
  /**
   * Docker image of the nodes. By default kind's published image of `kubernetesVersion`, or the one
   * that kind was released with. Another value recreates the resource.
   */
  nodeImage?: pulumi.Input<string | undefined>;
  /**
   * Control plane nodes. Several get a load balancer, whose image kind pulls if Docker lacks it.
   * Another value recreates the resource.
   * @default 1
   */
  controlPlanes?: pulumi.Input<number | undefined>;
  /**
   * Worker nodes. Another value recreates the resource.
   * @default 0
   */
  workers?: pulumi.Input<number | undefined>;
  /**
   * Addresses of the pods, an IPv4 CIDR; each node takes a /24. Another value recreates the
   * resource.
   */
  podSubnet: pulumi.Input<string>;
  /** Addresses of the Services, an IPv4 CIDR from /12 to /24. Another value recreates the resource. */
  serviceSubnet: pulumi.Input<string>;
  /**
   * Domain of the Services, `<service>.<namespace>.svc.<domain>`. `cluster.local` by default.
   * Another value recreates the resource.
   */
  clusterDomain?: pulumi.Input<string | undefined>;
  /**
   * IPv4 address of the Docker network's subnet at which the API server stays, whatever Docker gives
   * to containers that restart. A single control plane has it as a second address, of which Docker
   * doesn't know: choose one that it doesn't give out. The load balancer of several control planes
   * has no other. It keeps none in a network whose subnet Docker chose itself; then the output lacks
   * it.
   */
  fixedAddress?: pulumi.Input<string | undefined>;
  /**
   * Ports of this machine that lead to a node. Empty by default. Another value recreates the
   * resource.
   */
  extraPortMappings?: pulumi.Input<readonly pulumi.Input<ExtraPortMappingArgs>[] | undefined>;
  /**
   * TOML patches for containerd's configuration on every node. Empty by default. Another value
   * recreates the resource.
   */
  containerdConfigPatches?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * Mirrors of registries. Key: the registry's host, such as `docker.io`, or `*` for every other
   * one. Value: the mirrors that containerd asks first, in order, such as
   * `http://registry-cache:5000`. It asks the registry itself last. Empty by default. Another value
   * recreates the resource.
   */
  registryMirrors?: pulumi.Input<
    Readonly<Record<string, pulumi.Input<readonly pulumi.Input<string>[]>>> | undefined
  >;
  /**
   * Options that kind passes on to nodes and kubeadm, with the same keys as in a topology. Another
   * value recreates the resource.
   */
  options?: pulumi.Input<OptionsArgs | undefined>;
  /**
   * Image archives (`docker save`, or OCI) on this machine, which are loaded into every node. Their
   * content is compared, not their paths. Empty by default.
   */
  imageArchives?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * How many seconds CoreDNS lets clients keep an answer, also a negative one. With kubeadm's 30 s,
   * a Linkerd control plane takes 40 seconds longer to start.
   * @default 5
   */
  dnsTtlSeconds?: pulumi.Input<number | undefined>;
  /**
   * File that gets the kubeconfig, an absolute path; only its owner can read it. By default
   * `$XDG_STATE_HOME/linkerd-topology/<owner>/<name>.kubeconfig`, or under `~/.local/state`.
   */
  kubeconfigPath?: pulumi.Input<string | undefined>;
}

/**
 * A Kubernetes cluster whose nodes are Docker containers, created by kind.
 *
 * It counts as created when its API server reports every node as Ready. A cluster that an
 * interrupted run of the same owner left behind is taken over, or recreated if it is incomplete.
 * If somebody else created it, that is an error, and it isn't changed. Deleting removes only the
 * cluster of this generation.
 *
 * @example
 * ```ts
 * const network = new Network("lab", { name: "lab" });
 * const west = new Cluster("west", {
 *   name: "lab-west",
 *   network: network.name,
 *   generation: "1",
 *   podSubnet: "10.20.0.0/21",
 *   serviceSubnet: "10.30.0.0/21",
 * });
 * export const kubeconfig = west.kubeconfigPath;
 * ```
 */
export declare class Cluster extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): Cluster;

  /**
   * Name of the cluster in kind: lower-case letters, digits and `-`. Its nodes are called
   * `<name>-control-plane`, `<name>-worker` and so on, in up to 63 characters.
   */
  readonly name: pulumi.Output<string>;
  /**
   * Docker network of the nodes. It must exist and must not belong to another owner. Usually the
   * output `name` of a `Network`.
   */
  readonly network: pulumi.Output<string>;
  /**
   * Tells the cluster from earlier ones of this name. The provider takes over a cluster with this
   * name that the same owner made in another generation: it removes and recreates it.
   */
  readonly generation: pulumi.Output<string>;
  /** Who may take over and delete the cluster. */
  readonly owner: pulumi.Output<string>;
  /** Version that the API server reports. */
  readonly kubernetesVersion: pulumi.Output<string>;
  /** Image that the nodes run. */
  readonly nodeImage: pulumi.Output<string>;
  /** Control plane nodes. Several get a load balancer, whose image kind pulls if Docker lacks it. */
  readonly controlPlanes: pulumi.Output<number>;
  /** Worker nodes. */
  readonly workers: pulumi.Output<number>;
  /** Addresses of the pods, an IPv4 CIDR; each node takes a /24. */
  readonly podSubnet: pulumi.Output<string>;
  /** Addresses of the Services, an IPv4 CIDR from /12 to /24. */
  readonly serviceSubnet: pulumi.Output<string>;
  /** Domain of the Services, `<service>.<namespace>.svc.<domain>`. `cluster.local` by default. */
  readonly clusterDomain: pulumi.Output<string | undefined>;
  /**
   * IPv4 address of the Docker network's subnet at which the API server stays, whatever Docker gives
   * to containers that restart. A single control plane has it as a second address, of which Docker
   * doesn't know: choose one that it doesn't give out. The load balancer of several control planes
   * has no other. It keeps none in a network whose subnet Docker chose itself; then the output lacks
   * it.
   */
  readonly fixedAddress: pulumi.Output<string | undefined>;
  /** Ports of this machine that lead to a node. */
  readonly extraPortMappings: pulumi.Output<ExtraPortMapping[]>;
  /** TOML patches for containerd's configuration on every node. */
  readonly containerdConfigPatches: pulumi.Output<string[]>;
  /**
   * Mirrors of registries. Key: the registry's host, such as `docker.io`, or `*` for every other
   * one. Value: the mirrors that containerd asks first, in order, such as
   * `http://registry-cache:5000`. It asks the registry itself last.
   */
  readonly registryMirrors: pulumi.Output<Record<string, string[]>>;
  /** Options that kind passes on to nodes and kubeadm, with the same keys as in a topology. */
  readonly options: pulumi.Output<Options | undefined>;
  /**
   * Image archives (`docker save`, or OCI) on this machine, which are loaded into every node. Their
   * content is compared, not their paths.
   */
  readonly imageArchives: pulumi.Output<string[]>;
  /**
   * How many seconds CoreDNS lets clients keep an answer, also a negative one. With kubeadm's 30 s,
   * a Linkerd control plane takes 40 seconds longer to start.
   */
  readonly dnsTtlSeconds: pulumi.Output<number>;
  /** File that holds the kubeconfig, mode 0600. */
  readonly kubeconfigPath: pulumi.Output<string>;
  /** Administrator's kubeconfig, as reached from this machine. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** API server as this machine reaches it. */
  readonly endpoint: pulumi.Output<string>;
  /** API server as pods and nodes on the same Docker network reach it, by name. */
  readonly internalEndpoint: pulumi.Output<string>;
  /** Certificate of the cluster's own authority, PEM. */
  readonly clusterCaCertificate: pulumi.Output<string>;
  /** The nodes as they run, control planes first. */
  readonly nodes: pulumi.Output<Node[]>;
  /** IPv4 address of the load balancer before several control planes, on the Docker network. */
  readonly loadBalancerAddress: pulumi.Output<string | undefined>;
  /** UID of the namespace kube-system. Another cluster of the same name has another UID. */
  readonly uid: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.CustomResourceOptions);
}

/** Arguments of {@link Network}. */
export interface NetworkArgs {
  /**
   * Name of the Docker network. If this owner created it before, it is adopted. Another value
   * recreates the resource.
   */
  name: pulumi.Input<string>;
  /**
   * Labels of the network besides the provider's own, such as an expiry. Empty by default. Another
   * value recreates the resource.
   */
  labels?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /**
   * Who may take over and delete what is on this network. `<project>/<stack>` by default. Another
   * value recreates the resource.
   */
  owner?: pulumi.Input<string | undefined>;
  /**
   * IPv4 CIDR of the network, such as `172.28.0.0/16`; Docker chooses one by default. Give the
   * resource a name that contains it: when a network is recreated, the owner's clusters on the
   * former one are removed with it, and they come back only if they are new resources as well.
   * Another value recreates the resource.
   */
  subnet?: pulumi.Input<string | undefined>;
  /**
   * Part of the subnet from which nodes get their addresses, such as `172.28.0.0/17`. By default the
   * whole subnet. Another value recreates the resource.
   */
  ipRange?: pulumi.Input<string | undefined>;
}

/**
 * An IPv4 Docker network for kind clusters, labelled with its owner. Names of nodes resolve to one
 * address, and topologies on one machine don't see each other. Deleting it removes nodes that a
 * killed run of the same owner left on it. If others use it, deletion fails and changes nothing.
 */
export declare class Network extends pulumi.CustomResource {
  /** Reads one that exists, without owning it: it is never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): Network;

  /** Name of the Docker network. If this owner created it before, it is adopted. */
  readonly name: pulumi.Output<string>;
  /** Labels of the network besides the provider's own, such as an expiry. */
  readonly labels: pulumi.Output<Record<string, string>>;
  /** Who may take over and delete what is on this network. */
  readonly owner: pulumi.Output<string>;
  /** Such as `172.19.0.0/16`. */
  readonly subnet: pulumi.Output<string>;
  /**
   * Part of the subnet from which nodes get their addresses, such as `172.28.0.0/17`. By default the
   * whole subnet.
   */
  readonly ipRange: pulumi.Output<string | undefined>;
  /** Docker's id of the network. */
  readonly networkId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.CustomResourceOptions);
}
