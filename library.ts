/** The package's public names. */
export {
  AccessAccount,
  type AccessAccountArgs,
  type AccessCredentials,
} from "./components/access-account.ts";
export { ControlPlane, type ControlPlaneArgs } from "./components/control-plane.ts";
export { ExistingCluster, type ExistingClusterArgs } from "./components/existing-cluster.ts";
export { FederatedReady, type FederatedReadyArgs } from "./components/federated-ready.ts";
export {
  type GivenCertificate,
  type GivenKeyPair,
  givenIssuer,
  givenTrustAnchor,
} from "./components/given-certificates.ts";
export { Issuer, type IssuerArgs, type IssuerKeyPair } from "./components/issuer.ts";
export type { CertManagerIssuer } from "./components/issuer-in-cluster.ts";
export { KindCluster, type KindClusterArgs } from "./components/kind-cluster.ts";
export { Link, type LinkArgs } from "./components/link.ts";
export type { MeshCluster } from "./components/mesh-cluster.ts";
export { Multicluster, type MulticlusterArgs } from "./components/multicluster.ts";
export { DefaultDeny, type DefaultDenyArgs } from "./components/policy/default-deny.ts";
export {
  GatewayAdmission,
  type GatewayAdmissionArgs,
} from "./components/policy/gateway-admission.ts";
export { ServicePolicy, type ServicePolicyArgs } from "./components/policy/service-policy.ts";
export { PodRoutes, type PodRoutesArgs, type RoutePeer } from "./components/pod-routes.ts";
export { readSources } from "./components/sources.ts";
export { ServiceExport, type ServiceExportArgs } from "./components/service-export.ts";
export { TrafficRoute, type TrafficRouteArgs, type TrafficRuleArgs } from "./components/traffic.ts";
export { failoverWeights } from "./planning/traffic/failover-weights.ts";
export { Topology, type TopologyArgs } from "./components/topology.ts";
export {
  TrustAnchor,
  type TrustAnchorArgs,
  type TrustAnchorKeyPair,
  type TrustedAnchor,
} from "./components/trust-anchor.ts";
export {
  AnchorsShared,
  type AnchorsSharedArgs,
  IssuerReady,
  type IssuerReadyArgs,
  ProxiesCurrent,
  type ProxiesCurrentArgs,
  TrustStep,
  type TrustStepArgs,
} from "./components/trust-gates.ts";
export { toDot } from "./diagram/dot.ts";
export { toMermaid } from "./diagram/mermaid.ts";
export { toSvg } from "./diagram/svg.ts";
export {
  type ListedRun,
  listRuns,
  reap,
  type ReapedRun,
  type ReapRequest,
  type ReapResult,
  removeRun,
} from "./environments/reap.ts";
export {
  rotate,
  rotateOutlook,
  type RotateOutlook,
  type RotateRequest,
  type RotateResult,
} from "./environments/rotate.ts";
export {
  upgrade,
  upgradeOutlook,
  type UpgradeOutlook,
  type UpgradeRequest,
  type UpgradeResult,
} from "./environments/upgrade.ts";
export type { RunCluster, RunMesh } from "./environments/runs/run-mesh.ts";
export type { TopologySource } from "./environments/topology-source.ts";
export { withTopology, type WithTopologyOptions } from "./environments/with-topology.ts";
export { plan, planOrThrow, type PlanContext, type PlanResult } from "./planning/plan.ts";
export type {
  AnchorPlan,
  ClusterPlan,
  ExportPlan,
  GatewayPlan,
  IssuerPlan,
  LinkPlan,
  MirrorPlan,
  Plan,
} from "./planning/plan-types.ts";
export { formatProblem, type Problem, TopologyError } from "./planning/topology/problem.ts";
export {
  type GatewayAdmissionPlan,
  planGatewayAdmission,
} from "./planning/policy/gateway-admission.ts";
export {
  type NamedClient,
  planServicePolicy,
  type ServicePolicySpec,
} from "./planning/policy/service-policy.ts";
export type { Sources } from "./planning/sources/sources.ts";
export type {
  AccessSpec,
  AccountSpec,
  AnchorSpec,
  CertManagerSpec,
  ClusterSpec,
  ClusterTrustSpec,
  DockerSpec,
  ExportKind,
  ExportSpec,
  GatewaySpec,
  IssuerSpec,
  LabelSelector,
  LinkerdSpec,
  LinkMode,
  LinkSpec,
  SelectorsSpec,
  Topology as TopologySpec,
  TrustSpec,
} from "./planning/topology.ts";
export { writeBundle, type BundleOptions } from "./environments/bundle.ts";
export type { CheckResult } from "./verification/checks/check.ts";
export { observe, type Mesh } from "./verification/observe.ts";
export { junitDocument } from "./verification/render/junit.ts";
export { markdownSummary } from "./verification/render/markdown.ts";
export { renderRound } from "./verification/render/round.ts";
export { renderVerification } from "./verification/render/verification.ts";
export {
  verificationDocument,
  type VerificationDocument,
} from "./verification/render/verification-document.ts";
export { verify, type Verification, type VerifyOptions } from "./verification/verify.ts";
export { type Round, watchVerification, type WatchOptions } from "./verification/watch.ts";
