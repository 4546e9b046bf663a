/** The public names of the package's main entry. `commands.ts` has those of the command line. */
export {
  type ExtraPortMapping,
  type Node as KindNode,
  Network,
  type NetworkArgs,
  type Protocol as PortProtocol,
} from "@pulumi/kind";
export {
  AnchorsShared,
  type AnchorsSharedArgs,
  type Backend as TrafficBackend,
  type BackendArgs as TrafficBackendArgs,
  FederatedReady,
  type FederatedReadyArgs,
  IssuerReady,
  type IssuerReadyArgs,
  type Match as TrafficMatch,
  type MatchArgs as TrafficMatchArgs,
  ProxiesCurrent,
  type ProxiesCurrentArgs,
  OwnGateway,
  type OwnGatewayArgs,
  type ServiceType as GatewayServiceType,
  type Protocol as TrafficProtocol,
  type Rule as TrafficRule,
  type RuleArgs as TrafficRuleArgs,
  ServiceExport,
  type ServiceExportArgs,
  TrafficRoute,
  type TrafficRouteArgs,
  TrustStep,
  type TrustStepArgs,
} from "@linkerd-topology/mesh";
export {
  AccessAccount,
  type AccessAccountArgs,
  type AccessCredentials,
} from "./components/access-account.ts";
export { ControlPlane, type ControlPlaneArgs } from "./components/control-plane.ts";
export type { ProxyTracing } from "./components/control-plane-values.ts";
export { ExistingCluster, type ExistingClusterArgs } from "./components/existing-cluster.ts";
export {
  type GivenCertificate,
  type GivenKeyPair,
  givenIssuer,
  givenTrustAnchor,
} from "./components/given-certificates.ts";
export { Issuer, type IssuerArgs, type IssuerKeyPair } from "./components/issuer.ts";
export type { CertManagerIssuer } from "./components/issuer-in-cluster.ts";
export { KindCluster, type KindClusterArgs } from "./components/kind-cluster.ts";
export { Link, type LinkArgs, type LinkGateway } from "./components/link.ts";
export {
  type AccessArgs,
  accessByCluster,
  type AccessByClusterArgs,
  accessTo,
  type MeshCluster,
} from "./components/mesh-cluster.ts";
export { LoadBalancer, type LoadBalancerArgs } from "./components/load-balancer.ts";
export { Multicluster, type MulticlusterArgs } from "./components/multicluster.ts";
export { DefaultDeny, type DefaultDenyArgs } from "./components/policy/default-deny.ts";
export {
  GatewayAdmission,
  type GatewayAdmissionArgs,
} from "./components/policy/gateway-admission.ts";
export { ServicePolicy, type ServicePolicyArgs } from "./components/policy/service-policy.ts";
export { PodRoutes, type PodRoutesArgs, type RoutePeer } from "./components/pod-routes.ts";
export { Jaeger, type JaegerArgs } from "./components/jaeger.ts";
export { Prometheus, type PrometheusArgs } from "./components/prometheus.ts";
export { Viz, type VizArgs } from "./components/viz.ts";
export { readSources } from "./components/sources.ts";
export { failoverWeights } from "./planning/traffic/failover-weights.ts";
export { Topology, type TopologyArgs } from "./components/topology.ts";
export {
  Alias,
  type AliasArgs,
  Failover,
  type FailoverArgs,
  RouteTo,
  type RouteToArgs,
  Split,
  type SplitArgs,
  type TrafficEntryArgs,
} from "./components/traffic-entries.ts";
export {
  TrustAnchor,
  type TrustAnchorArgs,
  type TrustAnchorKeyPair,
  type TrustedAnchor,
} from "./components/trust-anchor.ts";
export { toDot } from "./diagram/dot.ts";
export { toMermaid } from "./diagram/mermaid.ts";
export { toSvg } from "./diagram/svg.ts";
export type { RunCluster, RunMesh } from "./environments/runs/run-mesh.ts";
export type { TopologySource } from "./environments/topology-source.ts";
export { withTopology, type WithTopologyOptions } from "./environments/with-topology.ts";
export { plan, planOrThrow, type PlanContext, type PlanResult } from "./planning/plan.ts";
export type * from "./planning/plan-types.ts";
export {
  formatProblem,
  type Problem,
  TopologyError,
  type ProblemText,
} from "./planning/topology/problem.ts";
export {
  type GatewayAdmissionPlan,
  planGatewayAdmission,
} from "./planning/policy/gateway-admission.ts";
export {
  type NamedClient,
  planServicePolicy,
  type ServicePolicySpec,
  type ServicePolicyResult,
  type Admission,
} from "./planning/policy/service-policy.ts";
export type {
  MetalLbSources,
  Sources,
  VersionSources,
  VizSources,
} from "./planning/sources/sources.ts";
export type * from "./planning/topology.ts";
export type { Topology as TopologySpec } from "./planning/topology.ts";
export type { CheckResult, Outcome, Verdict as CheckVerdict } from "./verification/checks/check.ts";
export { observe, type Mesh, type ObserveOptions } from "./verification/observe.ts";
export { junitDocument } from "./verification/render/junit.ts";
export { markdownSummary } from "./verification/render/markdown.ts";
export { renderRound } from "./verification/render/round.ts";
export { renderVerification } from "./verification/render/verification.ts";
export {
  verificationDocument,
  type VerificationDocument,
} from "./verification/render/verification-document.ts";
export {
  verify,
  type Verification,
  type VerifyOptions,
  type VerificationProgress,
} from "./verification/verify.ts";
export {
  type Round,
  watchVerification,
  type WatchOptions,
  type Change as CheckChange,
} from "./verification/watch.ts";
export type { AnchorGeneration } from "./components/anchors.ts";
export type { ChartLocation } from "./components/chart-location.ts";
export type {
  ExposedGateway,
  FederatedWithout,
  MirrorTarget,
} from "./components/multicluster-values.ts";
export type { ChartValues } from "./components/values.ts";
export type { RunOptions } from "./environments/runs/session.ts";
export type { StackFile } from "./environments/stacks.ts";
export type { ClusterAccess, KubernetesApi, NamedAccess, Query } from "./kubernetes/api.ts";
export type { KubeconfigContext } from "./planning/clusters/rules/kubeconfigs.ts";
export type { Account as MeshAccount } from "./planning/policy/identities.ts";
export type { MadeFrom, TopologyOrigin } from "./planning/sources/made-from.ts";
export type { CertificateContext } from "./planning/trust/rules/certificates.ts";
export type { Counts } from "./verification/render/counts.ts";
export type { Screen as TextScreen } from "./verification/render/style.ts";
export type * from "./verification/status.ts";
export type { Output, PhaseReporter, Phase, Tell } from "./environments/report/phase.ts";
export type { Connections } from "./verification/connections.ts";
export type { Lanes } from "./kubernetes/lanes.ts";
export type { CertificateStatus, IssuerStatus } from "./linkerd/trust/certificates.ts";
export type { Condition, Metadata } from "./kubernetes/objects.ts";
export type { ExecRequest, ExecResult, PodPort } from "./kubernetes/pod-requests.ts";
export type { OwnGatewayLook } from "./linkerd/signals/own-gateway.ts";
export type { RouteLook, Route, ParentRef } from "./linkerd/signals/route.ts";
export type { Changed, EngineMessage, Step } from "./environments/report/engine-progress.ts";
export { CommandError } from "./environments/command-error.ts";
export type { MeshAccess } from "./verification/observe.ts";
export type { ServicesLook } from "./linkerd/signals/route.ts";
