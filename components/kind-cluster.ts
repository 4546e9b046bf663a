import { Provider } from "@pulumi/kubernetes/provider.js";
import { Cluster, type ExtraPortMapping, type Node } from "@pulumi/kind";
import * as pulumi from "@pulumi/pulumi";
import type { KindOptions } from "../planning/topology.ts";
import type { MeshCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";

/** Arguments of {@link KindCluster}. A `KindClusterPlan` has most of them. */
export interface KindClusterArgs {
  /** kind's name of the cluster, with which the names of its nodes begin. */
  readonly kindName: string;
  /** Docker network of the nodes, such as the `name` of a `kind.Network`. */
  readonly network: pulumi.Input<string>;
  /**
   * Short hash of everything that forces the cluster to be recreated. Put it into the component's name too:
   * the cluster and everything in it then get new logical names. That is how a new generation replaces the
   * old one within one `up`.
   */
  readonly generation: string;
  /** Pod subnet, IPv4 CIDR. */
  readonly podSubnet: string;
  /** Service subnet, IPv4 CIDR. */
  readonly serviceSubnet: string;
  /** Domain of the cluster's Services. @default "cluster.local" */
  readonly clusterDomain?: string | undefined;
  /** Address on the Docker network that the only control plane keeps. @default none */
  readonly fixedAddress?: pulumi.Input<string | undefined>;
  /** For example `v1.34.2`. @default the version of the node image */
  readonly kubernetesVersion?: string | undefined;
  /** Docker image of the nodes. @default kind's published image of the Kubernetes version */
  readonly nodeImage?: string | undefined;
  /** @default 1 */
  readonly controlPlanes?: number | undefined;
  /** @default 0 */
  readonly workers?: number | undefined;
  /** Ports of the host that lead to a node. @default [] */
  readonly portMappings?: readonly ExtraPortMapping[] | undefined;
  /** TOML patches for containerd's configuration on every node. @default [] */
  readonly containerdConfigPatches?: readonly string[] | undefined;
  /** Registry host → mirrors to ask instead, in order. @default {} */
  readonly registryMirrors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Options that kind passes on to nodes and kubeadm, by the topology's keys. @default {} */
  readonly options?: KindOptions | undefined;
  /** Image archives (paths) to load into every node. @default [] */
  readonly imageArchives?: readonly string[] | undefined;
}

/**
 * A Kubernetes cluster in Docker, created by kind, with the provider through which other components install
 * into it. It is ready when it is created.
 *
 * @example
 * ```ts
 * const network = new kind.Network("lab", { name: "lab" });
 * const west = new KindCluster("west", {
 *   kindName: "lab-west",
 *   network: network.name,
 *   generation: "1",
 *   podSubnet: "10.1.0.0/21",
 *   serviceSubnet: "10.129.0.0/21",
 * });
 * ```
 */
export class KindCluster extends pulumi.ComponentResource implements MeshCluster {
  /** Provider of everything in the cluster. */
  readonly kubernetes: Provider;
  /** Administrator's kubeconfig for this machine. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly context = undefined;
  readonly lifetime: pulumi.Resource;
  /** File with the kubeconfig, mode 0600. */
  readonly kubeconfigPath: pulumi.Output<string>;
  /** Version that the API server reports. */
  readonly kubernetesVersion: pulumi.Output<string>;
  readonly nodes: pulumi.Output<Node[]>;
  /** The address that the control plane keeps on the Docker network, once it has it. */
  readonly fixedAddress: pulumi.Output<string | undefined>;
  /** Pod subnet, IPv4 CIDR. With the nodes it makes the cluster a peer of `PodRoutes`. */
  readonly podSubnet: string;
  /**
   * UID of the namespace kube-system. The gates don't compare it: the kubeconfig has the cluster's own
   * authority, which no other cluster has.
   */
  readonly clusterUid: pulumi.Output<string>;

  constructor(name: string, args: KindClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("KindCluster", name, args, ["network", "fixedAddress"]);
    super("linkerd-topology:index:KindCluster", name, {}, opts);
    const cluster = new Cluster(
      name,
      {
        name: args.kindName,
        network: args.network,
        generation: args.generation,
        kubernetesVersion: args.kubernetesVersion,
        nodeImage: args.nodeImage,
        controlPlanes: args.controlPlanes,
        workers: args.workers,
        podSubnet: args.podSubnet,
        serviceSubnet: args.serviceSubnet,
        clusterDomain: args.clusterDomain === "cluster.local" ? undefined : args.clusterDomain,
        fixedAddress: args.fixedAddress,
        extraPortMappings: args.portMappings,
        containerdConfigPatches: args.containerdConfigPatches,
        registryMirrors: args.registryMirrors,
        options: args.options,
        imageArchives: args.imageArchives,
      },
      { parent: this },
    );
    // The engine already keeps it secret. This also marks everything that contains it.
    this.kubeconfig = pulumi.secret(cluster.kubeconfig);
    this.kubernetes = new Provider(
      name,
      {
        kubeconfig: this.kubeconfig,
        // Fixed per generation: the API server's port on the host changes when Docker restarts. Without an
        // identifier the provider would then be replaced, with everything in the cluster.
        clusterIdentifier: `${args.kindName}-${args.generation}`,
        // The issuer's Secret is updated in place, and linkerd-identity reads it again.
        enableSecretMutable: true,
        enableConfigMapMutable: true,
      },
      { parent: this, deletedWith: cluster },
    );
    this.lifetime = cluster;
    this.kubeconfigPath = cluster.kubeconfigPath;
    this.kubernetesVersion = cluster.kubernetesVersion;
    this.nodes = cluster.nodes;
    this.fixedAddress = cluster.fixedAddress;
    this.podSubnet = args.podSubnet;
    this.clusterUid = cluster.uid;
    this.registerOutputs({
      kubeconfigPath: this.kubeconfigPath,
      kubernetesVersion: this.kubernetesVersion,
      nodes: this.nodes,
    });
  }
}
