/** The types of a topology, which its schemas say. */
export type { AccessSpec, AccountSpec } from "./schema-access.ts";
export type { ClusterSpec, GatewaySpec, NodesSpec, PortMapping } from "./schema-cluster.ts";
export type { DockerSpec } from "./schema-docker.ts";
export type { ExportKind, ExportSpec, HeadlessSpec } from "./schema-exports.ts";
export type { ChartValuesSpec, LinkerdSpec } from "./schema-linkerd.ts";
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
export type { Topology } from "./schema.ts";
