/** What the page shows, as it is sent to the browser. Plain data: its types are all that the front end knows. */
export interface PageModel {
  /** Changes where the meaning of a field does. */
  readonly version: 1;
  readonly topology: string;
  /** Others made the mesh. */
  readonly found: boolean;
  /** ISO 8601. */
  readonly observedAt: string;
  /** How long the look took. */
  readonly milliseconds: number;
  /** `none`: what runs in the place of proxies carries no traffic. */
  readonly dataPlane: "real" | "none" | "unknown";
  /** The same map for a screen and for a telephone. */
  readonly maps: Readonly<Record<"wide" | "narrow", MapLayout>>;
  /** In the order of the topology. */
  readonly clusters: readonly ClusterView[];
  readonly links: readonly LinkView[];
  readonly services: readonly ServiceView[];
  readonly entries: readonly EntryView[];
  readonly anchors: readonly AnchorView[];
  /** Failed first, then by group. */
  readonly checks: readonly CheckView[];
}

/** How something is, by its checks. `unknown`: it could not be asked. */
export type Health = "well" | "failing" | "unknown";

/** A command line that shows, or changes, what stands beside it. */
export interface CommandView {
  readonly what: string;
  readonly line: string;
}

/** What flowed lately: see {@link FiguresView}. */
export interface TrafficView {
  readonly perSecond: number;
  /** Part of the answers that were no failures, 0 to 1; absent without answers. */
  readonly success?: number;
  /** Milliseconds within which so many percent of the answers came; absent without answers. */
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

export interface ClusterView {
  readonly name: string;
  readonly network: string;
  readonly health: Health;
  readonly reachable: boolean;
  readonly kubernetes?: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly role: string;
    readonly ready: boolean;
    readonly address?: string;
  }[];
  readonly podSubnet?: string;
  readonly serviceSubnet?: string;
  readonly workloads: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly ready: boolean;
    readonly trouble?: string;
  }[];
  /** Releases of Linkerd; absent where they can't be told. */
  readonly releases?: {
    readonly controlPlane: readonly string[];
    readonly proxies: readonly string[];
    readonly extension: readonly string[];
    readonly gateways: readonly string[];
    /** Workloads with another proxy than Linkerd injects now. */
    readonly behind: readonly string[];
  };
  readonly issuer?: {
    readonly subject: string;
    readonly fingerprint: string;
    /** The earlier of its own end and its anchor's, ISO 8601. */
    readonly ends: string;
    readonly chained: boolean;
  };
  /** What came in by the gateway and was passed on; absent where that isn't known. */
  readonly gateway?: TrafficView;
  /** Proxies of applications, how many of them are read, and why one is not. */
  readonly proxies: { readonly all: number; readonly read: number; readonly unread?: string };
  /** Who was asked for figures; absent where nobody was. */
  readonly figures?: FiguresView;
  readonly problems: readonly string[];
  readonly commands: readonly CommandView[];
}

export interface FiguresView {
  /** `prometheus`: the topology's own one in the cluster. */
  readonly from: "proxies" | "prometheus";
  /** Over so many seconds; absent in the first look at proxies. */
  readonly seconds?: number;
  /** Why not Prometheus, in a topology that has one. */
  readonly instead?: string;
}

export type LinkState = "alive" | "not alive" | "unknown" | "cut off";

export interface LinkView {
  /** `west → east` */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly mode: "gateway" | "flat" | "mixed";
  readonly state: LinkState;
  readonly health: Health;
  /** Why it is not alive, or why that is not known. */
  readonly trouble?: string;
  /** Of the last probe of the gateway that was answered. */
  readonly latencyMilliseconds?: number;
  /** Address and port at which the source reaches the gateway. */
  readonly gateway?: string;
  readonly mirrors: number;
  /** What the source's proxies sent over it; absent where that isn't known. */
  readonly traffic?: TrafficView;
  readonly commands: readonly CommandView[];
}

/** A Service over all clusters: exports, mirrors and the federated one. */
export interface ServiceView {
  /** `shop/web` */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly health: Health;
  readonly exports: readonly {
    readonly cluster: string;
    readonly as: readonly ExportWord[];
    readonly headless: boolean;
  }[];
  readonly mirrors: readonly MirrorView[];
  readonly federated: readonly {
    /** The cluster that it is in. */
    readonly cluster: string;
    readonly name: string;
    readonly members: readonly string[];
    readonly missing: readonly string[];
  }[];
  /** By the clients' cluster: who answered. Without traffic it is empty. */
  readonly answers: readonly AnswersView[];
  readonly commands: readonly CommandView[];
}

export type ExportWord = "gateway" | "remote-discovery" | "federated";

export interface MirrorView {
  /** The cluster that it is in, and the one whose Service it stands for. */
  readonly cluster: string;
  readonly target: string;
  /** Undefined: there is none. */
  readonly name?: string;
  readonly kind: "gateway" | "flat" | "headless" | "federated" | "unknown";
  readonly endpoints: readonly string[];
  /** Absent where the service mirror says nothing of it. */
  readonly mirrored?: boolean;
  readonly reason?: string;
}

export interface AnswersView extends TrafficView {
  readonly cluster: string;
  /** By the answering cluster, the largest first; the parts add up to 1. */
  readonly shares: readonly { readonly cluster: string; readonly part: number }[];
}

/** An entry of the topology's `traffic` in one cluster of its clients. */
export interface EntryView {
  /** `west: shop/web:80` */
  readonly id: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly kind: string;
  readonly health: Health;
  readonly rules: readonly {
    /** For which requests; absent in a rule for all of them. */
    readonly match?: string;
    readonly backends: readonly {
      readonly service: string;
      readonly clusters: readonly string[];
      /** Planned part of the rule's requests, 0 to 1. */
      readonly part: number;
    }[];
  }[];
  /** Absent where nothing was asked, or that isn't known. */
  readonly answers?: AnswersView;
  readonly commands: readonly CommandView[];
}

export interface AnchorView {
  readonly subject: string;
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly expires: string;
  /** Clusters that trust it. */
  readonly clusters: readonly string[];
}

export interface CheckView {
  readonly check: string;
  readonly title: string;
  readonly subject: string;
  readonly group: string;
  readonly state: "passed" | "failed" | "not run";
  /** What was seen, what is wrong, or why it was not run. */
  readonly text: string;
  /** What to do about a failure. */
  readonly mend?: string;
  readonly notice?: string;
}

/** Where everything stands on the map, in the pixels of its own size. */
export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly clusters: readonly Box[];
  readonly networks: readonly Box[];
  readonly links: readonly {
    readonly id: string;
    /** Path data of SVG, from source to target. */
    readonly path: string;
    /** The tip and the two corners of the arrow head, as `points` of SVG. */
    readonly arrow: string;
  }[];
}

export interface Box {
  readonly name: string;
  /** Left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something that changed from one look to the next. */
export interface ChangeView {
  /** ISO 8601. */
  readonly at: string;
  /** `worse` and `better` where it is the one or the other. */
  readonly kind: "worse" | "better" | "other";
  /** Cluster, Link or Service that it is about. */
  readonly subject: string;
  readonly text: string;
}

/** The figures of all Links at one time, for charts. */
export interface PointView {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** By Link; a Link that nothing is known of is left out. */
  readonly links: Readonly<
    Record<string, Pick<LinkView, "latencyMilliseconds"> & Partial<TrafficView>>
  >;
}

/** The events of the page's stream, by name, and what each carries. */
export interface PageEvents {
  /** What is shown from now on. */
  readonly model: PageModel;
  /** First all that is known, then what is new. Newest last. */
  readonly changes: readonly ChangeView[];
  readonly points: readonly PointView[];
  /** What the server does, or why it can't. */
  readonly state: {
    readonly state: "looking" | "waiting" | "failed";
    readonly message?: string;
  };
}
