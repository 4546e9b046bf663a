/** The types of a topology, from its schemas. */
export type { AccessSpec, AccountSpec } from "./access/schema.ts";
export type { ExtraMount, KindOptions } from "./clusters/kind-options.ts";
export type {
  ClusterSpec,
  GatewaySpec,
  NodesSpec,
  OwnGatewaySpec,
  PortMapping,
} from "./clusters/schema.ts";
export type { DockerSpec } from "./docker/schema.ts";
export type { ExportKind, ExportSpec, FurtherSetSpec, HeadlessSpec } from "./exports/schema.ts";
export type { ChartValuesSpec, LinkerdSpec } from "./linkerd/schema.ts";
export type {
  LabelExpression,
  LabelSelector,
  LinkMode,
  LinkSpec,
  SelectorsSpec,
} from "./links/schema.ts";
export type {
  AnchorSpec,
  CertManagerSpec,
  ClusterTrustSpec,
  IssuerSpec,
  TrustSpec,
} from "./trust/schema.ts";
export type {
  CircuitBreakingSpec,
  MatchSpec,
  RetrySpec,
  RouteSpec,
  TrafficSpec,
} from "./traffic/schema.ts";
export type {
  ObservabilitySpec,
  PrometheusSpec,
  ResourcesSpec,
  TracingSpec,
} from "./observability/schema.ts";
export type { Topology } from "./topology/schema.ts";
