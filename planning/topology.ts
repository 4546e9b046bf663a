import type { AccessSpec } from "./schema-access.ts";
import type { ExportSpec } from "./schema-exports.ts";
import type { LinkSpec } from "./schema-links.ts";
import type { TrustSpec } from "./schema-trust.ts";
import type { ClusterSpec } from "./topology-cluster.ts";
import type { PlainText } from "./topology-text.ts";

export type { AccessSpec, AccountSpec } from "./schema-access.ts";
export type { ExportKind, ExportSpec, HeadlessSpec } from "./schema-exports.ts";
export type {
  LabelExpression,
  LabelSelector,
  LinkMode,
  LinkSpec,
  SelectorsSpec,
} from "./schema-links.ts";
export type {
  AnchorSpec,
  CertManagerSpec,
  ClusterTrustSpec,
  IssuerSpec,
  TrustSpec,
} from "./schema-trust.ts";
export type * from "./topology-cluster.ts";

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
   * Name of the topology: a DNS-1123 label of at most 46 characters. It prefixes everything on the
   * Docker host (network, node containers), so that topologies on one machine don't meet.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$
   * @maxLength 46
   * @default the name of the Pulumi stack
   */
  readonly name?: string;
  /**
   * The clusters, 1 to 128.
   * @minItems 1
   * @maxItems 128
   */
  readonly clusters: readonly ClusterSpec[];
  /** The Links between them. @default [] */
  readonly links?: readonly LinkSpec[];
  /**
   * Which Services are exported, and how. Optional: a Service that bears the label is mirrored without
   * being named here. What is named is checked before anything exists, labelled by `up` where the Service
   * is there, and its mirrors are part of the plan.
   * @default []
   */
  readonly exports?: readonly ExportSpec[];
  /** The accounts by which sources watch their targets. */
  readonly access?: AccessSpec;
  /** The Docker network of the topology. */
  readonly docker?: DockerSpec;
  /** What is installed in every cluster. */
  readonly linkerd?: LinkerdSpec;
  /** Trust anchors, issuers and their lifetimes. */
  readonly trust?: TrustSpec;
}

/** The Docker network that the nodes of a topology are on. */
export interface DockerSpec {
  /**
   * Subnet of the network, IPv4 CIDR, at least a /20. Nodes get addresses of its first half; the second
   * half is divided into one range of load-balancer addresses per cluster.
   * @default what Docker chooses, and no ranges for load balancers
   */
  readonly subnet?: string;
}

/** The Linkerd that is installed in every cluster. */
export interface LinkerdSpec {
  /** Release, such as `edge-26.1.1`. @default "edge-26.1.1" */
  readonly version?: PlainText;
  /** Three replicas of each controller, spread over nodes; needs three nodes. @default false */
  readonly highAvailability?: boolean;
  /** Values that are merged over the package's own, per chart. @default {} */
  readonly values?: ChartValuesSpec;
}

/** Values of Linkerd's charts, as the charts document them. */
export interface ChartValuesSpec {
  /** Of linkerd-crds. @default {} */
  readonly crds?: Readonly<Record<string, unknown>>;
  /** Of linkerd-control-plane. @default {} */
  readonly controlPlane?: Readonly<Record<string, unknown>>;
  /** Of linkerd-multicluster. @default {} */
  readonly multicluster?: Readonly<Record<string, unknown>>;
}
