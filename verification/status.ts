import type { Condition } from "../kubernetes/objects.ts";
import type { LinkMode } from "../planning/topology.ts";
import type { RouteLook } from "../linkerd/signals/route.ts";
import type { CertificateStatus, IssuerStatus } from "../linkerd/trust/certificates.ts";

/**
 * What runs in the place of Linkerd's proxy. `none`: programs that answer health checks and carry no
 * traffic. `unknown`: there is no proxy to tell by.
 */
export type DataPlane = "real" | "none" | "unknown";

/** What the running clusters answered. Plain data: its JSON is what `status --json` prints. */
export interface MeshStatus {
  /** Name of the topology. */
  readonly topology: string;
  /** Others made it: it was found, and not planned. */
  readonly found?: true;
  /** ISO 8601. */
  readonly observedAt: string;
  /** `none` if it is so in any cluster. */
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
  /** What could not be asked, and why. A cluster that doesn't answer has one, and nothing else. */
  readonly problems: readonly string[];
  readonly reachable: boolean;
  readonly kubernetesVersion: string | undefined;
  readonly nodes: readonly NodeStatus[];
  /** As planned, or as the cluster says. */
  readonly podSubnet: string | undefined;
  /** As planned, or as the cluster says. */
  readonly serviceSubnet: string | undefined;
  /** Deployments of Linkerd and of its multi-cluster extension. */
  readonly workloads: readonly WorkloadStatus[];
  /** Running pods of Linkerd and of its extension, and the image of their proxies. */
  readonly proxies: readonly ProxyStatus[];
  readonly injection: InjectionStatus;
  readonly dataPlane: DataPlane;
  /** What it exports, and what it has of others' exports; undefined: could not be asked. */
  readonly services: ServicesStatus | undefined;
  /** The routes that the topology's `traffic` plans in it; undefined: could not be asked. */
  readonly routes: readonly RouteStatus[] | undefined;
  /** What keeps routes to the pods of other clusters; undefined: nothing does. */
  readonly podRoutes: PodRoutesStatus | undefined;
  /** The certificates that proxies of this cluster trust. */
  readonly trustAnchors: readonly CertificateStatus[];
  readonly issuer: IssuerStatus | undefined;
}

/** The route for one port of a Service, as the topology's `traffic` plans it. */
export interface RouteStatus extends Omit<RouteLook, "route"> {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly kind: "HTTPRoute" | "GRPCRoute";
  readonly name: string;
  /** What Linkerd says of it. */
  readonly conditions: readonly Condition[];
  /** A ServiceProfile of the Service, which comes before routes. */
  readonly serviceProfile: string | undefined;
  /** Routes of somebody else for the same port. */
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
  /** Links that are in the cluster, planned or not. */
  readonly links: readonly string[];
}

/** A Service that is exported, or is to be. */
export interface ExportedService {
  readonly namespace: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly headless: boolean;
  /** Of a headless one alone: what its Endpoints say. */
  readonly pods?: {
    /** Names of its pods that are Ready, by which they are mirrored one by one. */
    readonly hostnames: readonly string[];
    /** How many of its pods that are Ready have no name, and so no mirror. */
    readonly nameless: number;
    /** Ports that are another number in its pods, as `80 → 8080`. */
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
  /** Nodes on which all of them are in place, as they are wanted now. */
  readonly ready: number;
  /** Where they lead: pod subnet of the cluster, name of the node, its share of the subnet. */
  readonly destinations: readonly string[];
}

export interface WorkloadStatus {
  readonly namespace: string;
  readonly name: string;
  /** No pod of it is wanted, which makes it `ready`. */
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
  /** A pod sent as a dry run came back with its proxy. */
  readonly injects: boolean;
  /** Image of that proxy, or what was there instead. */
  readonly seen: string;
  /** Why it was not asked. */
  readonly unasked?: string;
}

export interface LinkStatus {
  readonly source: string;
  readonly target: string;
  readonly mode: LinkMode;
  /** How the source's account in the target is planned. */
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
  /** It works on the Link as it stands, and the target lets it in. */
  readonly takenUp: boolean;
  /** The pod that holds the Lease. */
  readonly pod: string | undefined;
  /** What was there instead of a Link that was taken up. */
  readonly trouble: string | undefined;
  /** The pod knows the Link otherwise than it stands, which may need its restart. */
  readonly stuck: boolean;
  /** Why it isn't known whether it works on the Link. */
  readonly unread?: string;
}

/** Of the source's linkerd-destination, which traffic from pod to pod needs. */
export interface DiscoveryStatus {
  /** Why it doesn't watch the target; undefined: it does, or the Link needs none of it. */
  readonly trouble: string | undefined;
  /** Why it isn't known whether it watches the target. */
  readonly unread?: string;
}

export interface GatewayStatus {
  /**
   * By the source's own probes. `not applicable`: the Link has no gateway. `unknown`: no probe was sent
   * yet, or the metrics can't be read.
   */
  readonly state: "alive" | "not alive" | "unknown" | "not applicable";
  /** Addresses and port at which the source reaches it. */
  readonly address: string | undefined;
  readonly latencyMilliseconds: number | undefined;
}

export type MirrorKind = "gateway" | "flat" | "headless" | "federated" | "unknown";

/** A Service of the source that stands for one of the target, or one that should. */
export interface MirrorStatus {
  readonly kind: MirrorKind;
  readonly namespace: string;
  /** The Service in the target. */
  readonly service: string;
  /** The Service in the source; undefined: there is none. */
  readonly mirror: string | undefined;
  /** `address:port` of its Endpoints; flat and federated Services have none. */
  readonly endpoints: readonly string[];
  /** Of a mirror that is headless itself: the names of pods in its Endpoints. */
  readonly hostnames?: readonly string[];
  /** The service mirror says that it is mirrored; undefined: it says nothing, as of headless ones. */
  readonly mirrored: boolean | undefined;
  /** Its word for why not. */
  readonly reason: string | undefined;
}
