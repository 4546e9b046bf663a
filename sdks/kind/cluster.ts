import * as pulumi from "@pulumi/pulumi";
import { packageVersion, stackOwner } from "./package.ts";

/** A port of the host that leads to a port of a node. */
export interface ExtraPortMapping {
  /** Index of the node, control planes first, from 0. */
  node: number;
  /** Port in the node, such as a node port. */
  containerPort: number;
  /** Port of this machine; it must be free. */
  hostPort: number;
  /** Address of this machine that listens; `127.0.0.1` keeps it to this machine. */
  listenAddress: string;
  /** `TCP`, `UDP` or `SCTP`. */
  protocol: string;
}

/** A node, as it runs. */
export interface Node {
  /** Name of the node, of its container, and of its host on the Docker network. */
  name: string;
  /** `control-plane` or `worker`. */
  role: string;
  /** IPv4 address on the Docker network; a restart may change it. */
  address: string;
  /** The node's share of the pod subnet. */
  podCidr: string;
}

/**
 * What a {@link Cluster} is made from. A change recreates the cluster, except for `fixedAddress`,
 * `imageArchives`, `dnsTtlSeconds` and `kubeconfigPath`, which are changed in place.
 */
export interface ClusterArgs {
  /**
   * Name that kind knows the cluster by: lower-case letters, digits and `-`; its nodes are called
   * `<name>-control-plane`, `<name>-worker` and so on, in up to 63 characters.
   */
  name: pulumi.Input<string>;
  /**
   * Docker network of the nodes. It must exist and must not be another owner's: the output `name` of a
   * {@link Network}, as a rule.
   */
  network: pulumi.Input<string>;
  /**
   * A new value recreates the cluster. A cluster with this name that the same owner made in another
   * generation is taken over: removed, then recreated.
   */
  generation: pulumi.Input<string>;
  /**
   * Who may take over and delete the cluster; every node carries it.
   * @default `<project>/<stack>`
   */
  owner?: pulumi.Input<string>;
  /**
   * Such as `v1.34.2`. Together with `nodeImage` it is a demand: another version in the image is an error.
   * @default the version of the node image
   */
  kubernetesVersion?: pulumi.Input<string>;
  /**
   * Docker image of the nodes.
   * @default kind's published image of `kubernetesVersion`, or the one that kind was released with
   */
  nodeImage?: pulumi.Input<string>;
  /** Control plane nodes. More than one get a load balancer, whose image kind pulls. @default 1 */
  controlPlanes?: pulumi.Input<number>;
  /** Worker nodes. @default 0 */
  workers?: pulumi.Input<number>;
  /** Addresses of the pods, an IPv4 CIDR; each node takes a /24. */
  podSubnet: pulumi.Input<string>;
  /** Addresses of the Services, an IPv4 CIDR from /12 to /28. */
  serviceSubnet: pulumi.Input<string>;
  /** Domain of the Services, `<service>.<namespace>.svc.<domain>`. @default "cluster.local" */
  clusterDomain?: pulumi.Input<string>;
  /**
   * IPv4 address of the Docker network's subnet that the only control plane keeps, besides the one that Docker
   * gives it, which a restart may change. Docker doesn't know of it: choose one that it doesn't give out.
   * @default none
   */
  fixedAddress?: pulumi.Input<string | undefined>;
  /** Ports of this machine that lead to a node. @default [] */
  extraPortMappings?: pulumi.Input<pulumi.Input<ExtraPortMapping>[]>;
  /** TOML patches for containerd's configuration on every node. @default [] */
  containerdConfigPatches?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Registry host → mirrors that containerd asks first, in order; the registry itself comes last.
   * @default {}
   * @example { "docker.io": ["http://registry-cache:5000"] }
   */
  registryMirrors?: pulumi.Input<Record<string, pulumi.Input<pulumi.Input<string>[]>>>;
  /**
   * Options that kind passes on to nodes and kubeadm, by the keys that a topology has for them:
   * `nodeLabels`, `extraMounts`, `kubeadmConfigPatches`, `featureGates`, `runtimeConfig`,
   * `apiServerAddress`, `apiServerPort`.
   * @example { apiServerPort: 6443 }
   */
  options?: pulumi.Input<Record<string, unknown>>;
  /**
   * Image archives (`docker save`, or OCI) on this machine that are loaded into every node. They are
   * compared by content: another path to the same is no change, another content at the same path is one.
   * @default []
   */
  imageArchives?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * For how many seconds CoreDNS lets clients keep an answer, negative ones included. kubeadm's 30 s
   * cost a Linkerd control plane 40 of its 50 seconds to start; 0 is refused (linkerd2#14954).
   * @default 5
   */
  dnsTtlSeconds?: pulumi.Input<number>;
  /**
   * File that gets the kubeconfig, an absolute path; only its owner can read it.
   * @default `$XDG_STATE_HOME/linkerd-topology/<owner>/<name>.kubeconfig`, or under `~/.local/state`
   */
  kubeconfigPath?: pulumi.Input<string>;
}

/**
 * A Kubernetes cluster whose nodes are Docker containers, made by kind.
 *
 * Created means that every node is Ready by the word of the API server. A cluster that an interrupted
 * run of the same owner left behind is taken over, or recreated where it is half-made; one that somebody
 * else made is an error and stays as it is. Deleting removes the cluster of this generation only.
 *
 * @example
 * ```ts
 * const network = new kind.Network("lab", { name: "lab" });
 * const west = new kind.Cluster("west", {
 *   name: "lab-west",
 *   network: network.name,
 *   generation: "1",
 *   podSubnet: "10.20.0.0/21",
 *   serviceSubnet: "10.30.0.0/21",
 * });
 * export const kubeconfig = west.kubeconfigPath;
 * ```
 */
export class Cluster extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly network: pulumi.Output<string>;
  declare readonly generation: pulumi.Output<string>;
  declare readonly owner: pulumi.Output<string>;
  /** Image that the nodes run. */
  declare readonly nodeImage: pulumi.Output<string>;
  /** Version that the API server reports. */
  declare readonly kubernetesVersion: pulumi.Output<string>;
  declare readonly podSubnet: pulumi.Output<string>;
  declare readonly serviceSubnet: pulumi.Output<string>;
  /** The address that the control plane keeps. */
  declare readonly fixedAddress: pulumi.Output<string | undefined>;
  /** Administrator's kubeconfig, as reached from this machine. Secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** File that holds it, mode 0600. */
  declare readonly kubeconfigPath: pulumi.Output<string>;
  /** API server as this machine reaches it. */
  declare readonly endpoint: pulumi.Output<string>;
  /** API server as the pods and nodes on the same Docker network reach it, by name. */
  declare readonly internalEndpoint: pulumi.Output<string>;
  /** Certificate of the cluster's own authority, PEM. */
  declare readonly clusterCaCertificate: pulumi.Output<string>;
  /** Control planes first. */
  declare readonly nodes: pulumi.Output<Node[]>;
  /** uid of the namespace kube-system: another cluster of the same name has another one. */
  declare readonly uid: pulumi.Output<string>;

  /**
   * Reads a cluster that this provider made elsewhere, without owning it: it is never changed or deleted.
   * (`pulumi import kind:index:Cluster NAME KIND_NAME` is how a stack gets to own it.)
   *
   * @param id name that kind knows it by
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): Cluster {
    return new Cluster(name, {} as ClusterArgs, { ...opts, id });
  }

  constructor(name: string, args: ClusterArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "kind:index:Cluster",
      name,
      {
        name: args.name,
        network: args.network,
        generation: args.generation,
        owner: args.owner ?? stackOwner(),
        kubernetesVersion: args.kubernetesVersion,
        nodeImage: args.nodeImage,
        controlPlanes: args.controlPlanes ?? 1,
        workers: args.workers ?? 0,
        podSubnet: args.podSubnet,
        serviceSubnet: args.serviceSubnet,
        clusterDomain: args.clusterDomain,
        fixedAddress: args.fixedAddress,
        extraPortMappings: args.extraPortMappings ?? [],
        containerdConfigPatches: args.containerdConfigPatches ?? [],
        registryMirrors: args.registryMirrors ?? {},
        options: args.options,
        imageArchives: args.imageArchives ?? [],
        dnsTtlSeconds: args.dnsTtlSeconds ?? 5,
        kubeconfigPath: args.kubeconfigPath,
        kubeconfig: undefined,
        endpoint: undefined,
        internalEndpoint: undefined,
        clusterCaCertificate: undefined,
        nodes: undefined,
        uid: undefined,
      },
      pulumi.mergeOptions(
        { version: packageVersion, additionalSecretOutputs: ["kubeconfig"] },
        opts,
      ),
    );
  }
}
