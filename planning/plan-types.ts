import type {
  ExportKind,
  KindOptions,
  LabelSelector,
  LinkMode,
  MatchSpec,
  OwnGatewaySpec,
  PortMapping,
} from "./topology.ts";

/**
 * What to create, fully resolved: every name, subnet, port and address that can be known before a cluster
 * exists. A pure function of the topology; nothing in it is looked up.
 */
export interface Plan {
  readonly name: string;
  /** It describes a discovered mesh that others made. Nothing in it comes from this package. */
  readonly found?: true;
  /** Others made the mesh. The stack has it as it is, and installs nothing in it. */
  readonly adopted?: true;
  /** Clusters and trust anchors are protected, unless the stack's configuration or the program says otherwise. */
  readonly protect?: true;
  /** Docker network of the topology. */
  readonly network: {
    readonly name: string;
    /** Undefined if Docker chooses. */
    readonly subnet: string | undefined;
    /** Part of the subnet from which nodes get their addresses. Undefined if Docker chooses. */
    readonly nodeRange: string | undefined;
  };
  /** In the topology's order. */
  readonly clusters: readonly ClusterPlan[];
  /** One per (source, target), sorted by source, then target, in the topology's cluster order. */
  readonly links: readonly LinkPlan[];
  /** One per (cluster, Service, kind of export), in the topology's order. */
  readonly exports: readonly ExportPlan[];
  /** Every mirror Service that follows from the exports, by cluster, namespace and name. */
  readonly mirrors: readonly MirrorPlan[];
  /** One per entry of `traffic` and cluster of its clients, in the topology's order. */
  readonly traffic: readonly TrafficPlan[];
  readonly linkerd: LinkerdPlan;
  readonly trust: TrustPlan;
  /** Undefined if the topology doesn't ask for it. */
  readonly observability?: ObservabilityPlan;
}

/** What observes the mesh. */
export interface ObservabilityPlan {
  readonly namespace: string;
  /** The cluster whose Prometheus gets all metrics, and whose Jaeger gets all spans. */
  readonly collectIn?: string;
  readonly retention: string;
  readonly scrapeInterval: string;
  /** URLs of the Alertmanagers that get the alerts. Undefined: none. */
  readonly alertmanagers?: readonly string[];
  /** Size of the volume. Undefined: the data ends with the pod. */
  readonly storage?: string;
  /** Undefined: the cluster's default one. */
  readonly storageClass?: string;
  readonly resources: PlannedResources;
  /** In the topology's order. */
  readonly clusters: readonly PrometheusPlan[];
  /** Undefined if the topology doesn't ask for it. */
  readonly tracing?: TracingPlan;
  /** Undefined if the topology doesn't ask for it. */
  readonly viz?: VizPlan;
}

/** linkerd-viz. */
export interface VizPlan {
  readonly namespace: string;
  /** In the topology's order. */
  readonly clusters: readonly VizClusterPlan[];
}

/** The linkerd-viz of one cluster. */
export interface VizClusterPlan {
  readonly cluster: string;
  /** The Prometheus that it asks, as pods of its cluster reach it. */
  readonly prometheusUrl: string;
  /**
   * The cluster collects the metrics of others too, whose workloads linkerd-viz would take for its own. So it asks a
   * Prometheus of its own, which shows the metrics of its cluster alone.
   */
  readonly collects: boolean;
}

/** What keeps the traces of the mesh. */
export interface TracingPlan {
  /** How many traces a Jaeger keeps. */
  readonly maxTraces: number;
  readonly resources: PlannedResources;
  /** In the topology's order. */
  readonly clusters: readonly JaegerPlan[];
}

/** The Jaeger of one cluster. */
export interface JaegerPlan {
  readonly cluster: string;
  /** Where the proxies of its cluster send their spans: host and port of its Service. */
  readonly endpoint: string;
  /** Where it passes all spans on: a mirror of the Jaeger that collects. Undefined: it keeps them. */
  readonly passTo?: string;
}

/** What a pod reserves, and what it may use at most. */
export interface PlannedResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** The Prometheus of one cluster. */
export interface PrometheusPlan {
  readonly cluster: string;
  /** Where it writes its metrics as well: a mirror of the Prometheus that collects. */
  readonly writeTo?: string;
  /** The other clusters whose metrics it gets. */
  readonly collects: readonly string[];
  /** The targets of its cluster's Links. */
  readonly targets: readonly string[];
  /** The mirrors that its cluster must have. */
  readonly mirrors: readonly { readonly namespace: string; readonly service: string }[];
}

export type ClusterPlan = KindClusterPlan | ExistingClusterPlan;

export interface ClusterPlanCommon {
  readonly name: string;
  /** Clusters with the same network have pod routes to each other. */
  readonly network: string;
  /**
   * URL of the API server for pods of other clusters. For a kind cluster it has the container's name, which
   * is in the API server's certificate.
   */
  readonly apiServer: string | undefined;
  /** Undefined if no Link needs it. */
  readonly gateway: GatewayPlan | undefined;
  /** Targets of the Links whose source this is. Each has one service mirror. */
  readonly targets: readonly string[];
  /** Sources of the Links whose target this is. Each has one access account. */
  readonly sources: readonly string[];
  /** The end of its workloads' identities. */
  readonly trustDomain: string;
  /** Domain of its Services. */
  readonly clusterDomain: string;
  readonly issuer: IssuerPlan;
  readonly linkerd: ClusterLinkerdPlan;
}

/** The Linkerd of one cluster. */
export interface ClusterLinkerdPlan {
  /** Such as `edge-26.1.1`: the tag of the images. */
  readonly version: string;
  /** Such as `2026.1.1`. */
  readonly chartVersion: string;
}

/** A cluster that the package creates. */
export interface KindClusterPlan extends ClusterPlanCommon {
  readonly type: "kind";
  /** kind's name of the cluster: `<topology>-<cluster>`. */
  readonly kindName: string;
  /**
   * Hash of everything that forces the cluster to be recreated. It is part of the logical names of the
   * cluster and of everything in it, so that a new generation replaces the old one in one `up`.
   */
  readonly generation: string;
  /** Decides the default subnets, and the address that the API server keeps on the Docker network. */
  readonly slot: number;
  readonly kubernetesVersion: string | undefined;
  readonly nodeImage: string | undefined;
  readonly nodes: readonly NodePlan[];
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly portMappings: readonly Required<PortMapping>[];
  readonly containerdConfigPatches: readonly string[];
  readonly registryMirrors: Readonly<Record<string, readonly string[]>>;
  /** Options that are passed on to kind. Absent if the topology has none. */
  readonly options?: KindOptions;
  readonly imageArchives: readonly string[];
  /** Other clusters on the same network that the package creates: pod routes lead to each of them. */
  readonly routePeers: readonly string[];
  /**
   * Addresses for the cluster's load balancers, a CIDR. Undefined if the Docker network has no planned
   * subnet.
   */
  readonly loadBalancerRange: string | undefined;
  /** Whether the package installs MetalLB, which gives the addresses of that range. Absent: no. */
  readonly bringsLoadBalancer?: true;
}

/** An existing cluster. It is neither created nor deleted. */
export interface ExistingClusterPlan extends ClusterPlanCommon {
  readonly type: "existing";
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly podSubnet: string | undefined;
  readonly serviceSubnet: string | undefined;
}

export interface NodePlan {
  /** Name of the node, of its container, and its host name on the Docker network. */
  readonly name: string;
  readonly role: "control-plane" | "worker";
}

export interface GatewayPlan {
  readonly serviceType: "NodePort" | "LoadBalancer";
  /** Names or addresses at which the sources reach it. */
  readonly addresses: readonly string[];
  /** Port at which the sources reach it: the node port, or 4143 behind a load balancer, unless it is another one. */
  readonly port: number;
  /**
   * Port of the health probe, as the sources reach it. The source's probe Service must have the same number,
   * otherwise the gateway never becomes alive (linkerd2#14451, #15670).
   */
  readonly probePort: number;
  /**
   * Ports of its Service: node ports, or those behind a load balancer. Absent where the sources reach it at
   * these very ports.
   */
  readonly exposed?: { readonly port: number; readonly probePort: number };
  /** Address to request for the load balancer. Undefined if the package plans none. */
  readonly loadBalancerIP: string | undefined;
  /** Annotations of its Service besides Linkerd's. Absent: none. */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
  /** TLS identity of the gateway. */
  readonly identity: string;
  /** Which clients it accepts. Undefined: Linkerd's chart decides, which accepts everybody. */
  readonly admission?: "linked" | "everybody";
  /** The ingress whose proxies are the gateway. Absent: Linkerd's own gateway. */
  readonly own?: OwnGatewaySpec;
}

export interface LinkPlan {
  readonly source: string;
  readonly target: string;
  /**
   * Name of the Link, of its controller and of the suffix of its credentials: the target's name. Linkerd
   * requires all of them to be the same.
   */
  readonly name: string;
  readonly mode: LinkMode;
  /** The target's gateway, if the mode uses it. */
  readonly gateway: GatewayPlan | undefined;
  readonly headless: boolean;
  /** What the Link selects, by kind of export. Undefined for kinds that its mode doesn't carry. */
  readonly selectors: {
    readonly gateway: LabelSelector | undefined;
    readonly remoteDiscovery: LabelSelector | undefined;
    readonly federated: LabelSelector | undefined;
  };
  readonly excludedLabels: readonly string[];
  readonly excludedAnnotations: readonly string[];
  /** Service account in the target that only this source uses. */
  readonly accessAccount: string;
  readonly access: {
    /** Another number means another token. */
    readonly tokenGeneration: number;
    /** The account has no rights and no token: the source is cut off. */
    readonly revoked: boolean;
  };
  /** The real names, if others made the Link. */
  readonly found?: FoundLinkPlan;
}

/** Names that others may have chosen differently. */
export interface FoundLinkPlan {
  /** Version of the Link's API, such as `v1alpha3`. */
  readonly apiVersion: string;
  /** Deployment of its service mirror. Undefined: there is none. */
  readonly controller: string | undefined;
  /** Container of that Deployment. */
  readonly container: string;
  /** Service that probes the gateway. */
  readonly probe: string;
}

/** One Service of one cluster, exported in one way. */
export interface ExportPlan {
  /** The cluster that owns the Service: the target of the Links that carry it. */
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly as: ExportKind;
  /** Labels with which every Link that can carry this export and the Service's others selects it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Host names of the pods of a headless Service, such as `db-0`. Empty for other Services. */
  readonly pods: readonly string[];
}

/** A mirror Service that will follow from the exports. */
export interface MirrorPlan {
  /** The mirror's cluster. */
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** `headless` is the mirror of a headless Service, `headless-pod` that of one of its pods. */
  readonly kind: ExportKind | "headless" | "headless-pod";
  /** What it mirrors: one Service, or all members of a federated Service in the order of the clusters. */
  readonly of: readonly { readonly cluster: string; readonly service: string }[];
}

/** Where the requests go that clients in one cluster send to one port of one Service. */
export interface TrafficPlan {
  /** The clients' cluster. */
  readonly cluster: string;
  readonly namespace: string;
  /** The Service that clients call. */
  readonly service: string;
  readonly port: number;
  readonly protocol: "http" | "grpc";
  /**
   * Whether the package creates the Service, so that clients call a Service of another cluster by its plain
   * name.
   */
  readonly alias: boolean;
  /** Linkerd's settings for retries and timeouts. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Linkerd's settings for circuit breaking, which it reads from the Service that clients call. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  readonly rules: readonly TrafficRulePlan[];
}

export interface TrafficRulePlan {
  /** Absent in a rule for all requests. */
  readonly match?: MatchSpec;
  readonly backends: readonly TrafficBackendPlan[];
}

/** What the objects of an entry of `traffic` follow from in one cluster. The rest of its plan is for people. */
export interface RoutePlan extends Omit<TrafficPlan, "cluster" | "rules"> {
  readonly rules: readonly (Pick<TrafficRulePlan, "match"> & {
    readonly backends: readonly Pick<TrafficBackendPlan, "service" | "weight">[];
  })[];
}

/** A Service of the clients' cluster that gets requests. */
export interface TrafficBackendPlan {
  /** The cluster's own Service, or the kind of the mirror. */
  readonly kind: "local" | ExportKind;
  readonly service: string;
  /** The clusters whose pods answer. */
  readonly clusters: readonly string[];
  readonly weight: number;
}

export interface LinkerdPlan {
  /** Such as `edge-26.6.3`: the tag of the images. */
  readonly version: string;
  /** What decided the release: the topology names it, the sources hold no other one, or nothing did. */
  readonly chosenBy: "topology" | "sources" | "default";
  /** Such as `2026.6.3`. */
  readonly chartVersion: string;
  readonly namespace: string;
  readonly multiclusterNamespace: string;
  readonly highAvailability: boolean;
  /** Namespaces whose workloads are restarted if Linkerd would inject another proxy. */
  readonly restart: readonly string[];
  readonly values: {
    readonly crds: Readonly<Record<string, unknown>>;
    readonly controlPlane: Readonly<Record<string, unknown>>;
    readonly multicluster: Readonly<Record<string, unknown>>;
    readonly viz: Readonly<Record<string, unknown>>;
  };
}

export interface TrustPlan {
  /** Trust domain of the mesh. Clusters may have their own. */
  readonly domain: string;
  /** What every cluster trusts, oldest first. */
  readonly anchors: readonly AnchorPlan[];
  /**
   * The topology says more about its anchors than the default, a single one. Each step of a rotation must
   * then wait for its conditions.
   */
  readonly staged: boolean;
  /** Namespaces whose workloads are restarted along with Linkerd's own. */
  readonly restart: readonly string[];
  readonly anchorLifetimeHours: number;
  readonly issuerLifetimeHours: number;
  readonly anchorEarlyRenewalHours: number;
  readonly issuerEarlyRenewalHours: number;
}

/** One generation of the trust anchor. A plan never contains keys. */
export type AnchorPlan =
  | { readonly type: "made"; readonly generation: number }
  | {
      readonly type: "given";
      readonly generation: number;
      readonly certificate: PemLocation;
      /** Undefined: nobody here can sign with it. */
      readonly keyFile: string | undefined;
    };

/** A certificate: its text, or a file with it, relative to the program's directory. */
export type PemLocation = { readonly pem: string } | { readonly file: string };

/** Where a cluster's issuer comes from. */
export type IssuerPlan =
  | {
      readonly type: "made";
      /** Generation of the anchor that signs it. */
      readonly signer: number;
      readonly rotation: string | undefined;
    }
  | { readonly type: "given"; readonly certificate: PemLocation; readonly keyFile: string }
  | {
      readonly type: "cert-manager";
      readonly issuer: { readonly name: string; readonly kind: string; readonly group: string };
    };
