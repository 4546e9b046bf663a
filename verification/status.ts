import type { Condition } from "../kubernetes/objects.ts";
import type { LinkMode } from "../planning/topology.ts";
import type { OwnGatewayLook } from "../linkerd/signals/own-gateway.ts";
import type { RouteLook } from "../linkerd/signals/route.ts";
import type { CertificateStatus, IssuerStatus } from "../linkerd/trust/certificates.ts";

/**
 * What the proxies are. `none`: stand-ins that answer health checks and carry no traffic. `unknown`: there is
 * no proxy to judge by.
 */
export type DataPlane = "real" | "none" | "unknown";

/** What the running clusters answered. Plain data: `status --json` prints it as JSON. */
export interface MeshStatus {
  /** Name of the topology. */
  readonly topology: string;
  /** Others made the mesh: it was discovered, not planned. */
  readonly found?: true;
  /** ISO 8601. */
  readonly observedAt: string;
  /** `none` if it is `none` in any cluster. */
  readonly dataPlane: DataPlane;
  /** In the order of the plan. */
  readonly clusters: readonly ClusterStatus[];
  /** In the order of the plan. */
  readonly links: readonly LinkStatus[];
}

export interface ClusterStatus {
  readonly name: string;
  /** File that leads to the cluster. */
  readonly kubeconfigPath: string | undefined;
  /** Context in that file; undefined: its current one. */
  readonly context?: string | undefined;
  /** What couldn't be asked, and why. A cluster that doesn't answer has one entry, and nothing else. */
  readonly problems: readonly string[];
  readonly reachable: boolean;
  readonly kubernetesVersion: string | undefined;
  readonly nodes: readonly NodeStatus[];
  /** As planned, or as the cluster says. */
  readonly podSubnet: string | undefined;
  /** As planned, or as the cluster says. */
  readonly serviceSubnet: string | undefined;
  /** Deployments of Linkerd and of its extensions. */
  readonly workloads: readonly WorkloadStatus[];
  /** Running pods of Linkerd and of its extensions, with the image of their proxies. */
  readonly proxies: readonly ProxyStatus[];
  readonly injection: InjectionStatus;
  readonly dataPlane: DataPlane;
  /** What the cluster exports, and what it has of other clusters' exports. Undefined: couldn't be asked. */
  readonly services: ServicesStatus | undefined;
  /** The routes in it that the topology's `traffic` plans. Undefined: couldn't be asked. */
  readonly routes: readonly RouteStatus[] | undefined;
  /** The ingress that is the cluster's gateway. Absent: Linkerd's own is, or it couldn't be asked. */
  readonly ownGateway?: OwnGatewayStatus;
  /** What the API server says of tap. Absent: the topology has no linkerd-viz, or it couldn't be asked. */
  readonly tap?: TapStatus;
  /** The DaemonSet that maintains routes to the pods of other clusters. Undefined: there is none. */
  readonly podRoutes: PodRoutesStatus | undefined;
  /** The certificates that proxies of this cluster trust. */
  readonly trustAnchors: readonly CertificateStatus[];
  readonly issuer: IssuerStatus | undefined;
}

/** The part of linkerd-viz that the API server passes requests on to. */
export interface TapStatus {
  /** Why it can't. Absent: it can. */
  readonly trouble?: string;
}

/** An ingress of one's own as the gateway. */
export interface OwnGatewayStatus extends OwnGatewayLook {
  readonly namespace: string;
  /** How the Service in front of its proxies differs from what is planned. Absent: it doesn't. */
  readonly service?: string;
  /** No load balancer has given that Service an address yet. */
  readonly waitsForAddress?: true;
}

/** The route for one port of a Service, as the topology's `traffic` plans it. */
export interface RouteStatus extends Omit<RouteLook, "route"> {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly kind: "HTTPRoute" | "GRPCRoute";
  readonly name: string;
  /** The conditions that Linkerd wrote. */
  readonly conditions: readonly Condition[];
  /** A ServiceProfile of the Service, which takes precedence over routes. */
  readonly serviceProfile: string | undefined;
  /** Other people's routes for the same port. */
  readonly otherRoutes: readonly string[];
}

export interface ServicesStatus {
  /** Services that a Link to the cluster selects, or the topology exports. */
  readonly exported: readonly ExportedService[];
  readonly federated: readonly {
    readonly namespace: string;
    readonly name: string;
    /** The cluster itself is a member. */
    readonly local: boolean;
    /** Other clusters that are members. */
    readonly remote: readonly string[];
  }[];
  readonly mirrors: readonly MirrorServiceStatus[];
  /** Links in the cluster, planned or not. */
  readonly links: readonly string[];
  /** Services of the multi-cluster extension that wait for an address of a load balancer; absent: none. */
  readonly withoutAddress?: readonly string[];
}

/** A Service that is exported, or is planned to be. */
export interface ExportedService {
  readonly namespace: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly headless: boolean;
  /** What the Endpoints of a headless Service say. Undefined for other Services. */
  readonly pods?: {
    /** Names of its Ready pods. Each is mirrored under its name. */
    readonly hostnames: readonly string[];
    /** The number of its Ready pods without a name, which therefore have no mirror. */
    readonly nameless: number;
    /** Ports with another number in its pods, as `80 → 8080`. */
    readonly translated: readonly string[];
  };
}

/** A mirror Service of one target. */
export interface MirrorServiceStatus {
  readonly namespace: string;
  readonly name: string;
  readonly target: string;
  readonly kind: "gateway" | "remote-discovery" | "headless" | "headless-pod";
}

export interface NodeStatus {
  readonly name: string;
  readonly role: "control-plane" | "worker";
  readonly ready: boolean;
  readonly address: string | undefined;
  readonly podCidrs: readonly string[];
}

export interface PodRoutesStatus {
  /** Nodes that should have the routes. */
  readonly nodes: number;
  /** Nodes on which all current routes are in place. */
  readonly ready: number;
  /** Where the routes lead: pod subnet of the cluster, name of the node, the node's share of the subnet. */
  readonly destinations: readonly string[];
}

export interface WorkloadStatus {
  readonly namespace: string;
  readonly name: string;
  /** It is scaled to 0, which makes it `ready`. */
  readonly scaledToNone?: true;
  readonly ready: boolean;
  /** Why it isn't ready. */
  readonly trouble: string | undefined;
}

export interface ProxyStatus {
  readonly namespace: string;
  readonly pod: string;
  /** Undefined: the pod has no proxy. */
  readonly image: string | undefined;
}

export interface InjectionStatus {
  /** A pod that was sent as a dry run came back with its proxy. */
  readonly injects: boolean;
  /** Image of that proxy, or what came back instead. */
  readonly seen: string;
  /** Why it was not asked. */
  readonly unasked?: string;
}

export interface LinkStatus {
  readonly source: string;
  readonly target: string;
  readonly mode: LinkMode;
  /** The planned access of the source's account in the target. */
  readonly access: LinkAccessStatus;
  /** The Link object is in the source. */
  readonly present: boolean;
  readonly serviceMirror: ServiceMirrorStatus;
  readonly discovery: DiscoveryStatus;
  readonly gateway: GatewayStatus;
  readonly mirrors: readonly MirrorStatus[];
}

export interface LinkAccessStatus {
  /** Service account in the target. */
  readonly account: string;
  readonly tokenGeneration: number;
  /** The source is cut off: its account has no rights and no token. */
  readonly revoked: boolean;
}

export interface ServiceMirrorStatus {
  /** The service mirror works with the current Link, and the target lets it in. */
  readonly takenUp: boolean;
  /** The pod that holds the Lease. */
  readonly pod: string | undefined;
  /** Why the service mirror hasn't taken up the Link. */
  readonly trouble: string | undefined;
  /** The pod works with another state of the Link, and may need a restart. */
  readonly stuck: boolean;
  /** Why it is unknown whether it works on the Link. */
  readonly unread?: string;
}

/** Discovery by the source's linkerd-destination, which traffic from pod to pod needs. */
export interface DiscoveryStatus {
  /** Why it doesn't watch the target. Undefined: it does, or the Link doesn't need it. */
  readonly trouble: string | undefined;
  /** Why it is unknown whether it watches the target. */
  readonly unread?: string;
}

export interface GatewayStatus {
  /**
   * Judged by the source's own probes. `not applicable`: the Link has no gateway. `unknown`: no probe was
   * sent yet, or the metrics can't be read.
   */
  readonly state: "alive" | "not alive" | "unknown" | "not applicable";
  /** Addresses and port at which the source reaches it. */
  readonly address: string | undefined;
  readonly latencyMilliseconds: number | undefined;
}

export type MirrorKind = "gateway" | "flat" | "headless" | "federated" | "unknown";

/** A Service of the source that mirrors one of the target, or a missing one. */
export interface MirrorStatus {
  readonly kind: MirrorKind;
  readonly namespace: string;
  /** The Service in the target. */
  readonly service: string;
  /** The Service in the source. Undefined: there is none. */
  readonly mirror: string | undefined;
  /** `address:port` of its Endpoints. Flat and federated Services have none. */
  readonly endpoints: readonly string[];
  /** Names of pods in its Endpoints, if the mirror itself is headless. */
  readonly hostnames?: readonly string[];
  /** The service mirror says that it is mirrored. Undefined: it says nothing, as for headless ones. */
  readonly mirrored: boolean | undefined;
  /** Its reason if not. */
  readonly reason: string | undefined;
}
