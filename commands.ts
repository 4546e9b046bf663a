/** `linkerd-topology/commands`: what the command line does, as functions. */
export { CommandError } from "./environments/command-error.ts";
export { writeBundle, type BundleOptions } from "./environments/bundle.ts";
export {
  apply,
  type ApplyOptions,
  type CommandOptions,
  type DecidedByCommand,
  diagram,
  discover,
  down,
  type DownOptions,
  drill,
  type DrillOptions,
  kubeconfig,
  load,
  type LoadOptions,
  logs,
  type LogsOptions,
  type NamedMesh,
  type NamedTopology,
  type PageOptions,
  plan,
  preflight,
  progress,
  type ReportedOptions,
  rotate,
  type RotateOptions,
  rotateOutlook,
  runningMesh,
  status,
  ui,
  up,
  type UpMesh,
  type UpOptions,
  upgrade,
  type UpgradeOptions,
  upgradeOutlook,
  verify,
  type VerifyCommandOptions,
} from "./environments/for-programs.ts";
export { installPlugins } from "./environments/install-plugins.ts";
export {
  list,
  type Listed,
  type ListedCluster,
  type ListedKind,
  type ListResult,
} from "./environments/list.ts";
export {
  type ListedRun,
  listRuns,
  reap,
  type ReapedRun,
  type ReapRequest,
  type ReapResult,
  removeRun,
} from "./environments/reap.ts";
export { withTopology, type WithTopologyOptions } from "./environments/with-topology.ts";
export type { Applied, ApplyRequest, Manifest } from "./environments/apply.ts";
export type { ContextRequest, NamedWay } from "./environments/contexts.ts";
export type { DiagramFormat } from "./environments/diagram.ts";
export type { DownRequest, DownResult } from "./environments/down.ts";
export type { Asked, DrillRequest, DrillResult } from "./environments/drills/drill.ts";
export type { LivePage, PageRequest } from "./environments/ui.ts";
export type { LoadedCluster } from "./environments/load.ts";
export type { LogComponent, LogLine, LogsRequest } from "./environments/logs.ts";
export type { PreflightResult } from "./environments/preflight/preflight.ts";
export type { RotateOutlook, RotateRequest, RotateResult } from "./environments/rotate.ts";
export type { StatusResult } from "./environments/status.ts";
export type { EngineRequest } from "./environments/run-engine.ts";
export type { UpRequest } from "./environments/up.ts";
export type { UpgradeOutlook, UpgradeRequest, UpgradeResult } from "./environments/upgrade.ts";
export type {
  StackVerification,
  VerificationFiles,
  VerifyStackRequest,
} from "./environments/verify.ts";
export type { Discovery, FoundLink } from "./planning/discovery/discover.ts";
export type { Verdict as RunVerdict } from "./environments/runs/verdict.ts";
export type {
  RotationState,
  NextStep,
  StepState,
  RotationStep,
  TrustEdit,
} from "./planning/trust/rotation/state.ts";
export type { Consent } from "./environments/consent.ts";
export type { Backend } from "./environments/backend.ts";
export type {
  Answer,
  AnswersSummary,
  DrillLimits,
  Moments,
  PhaseName,
  PhaseSummary,
} from "./environments/drills/answers.ts";
export type { OwnQuestion } from "./environments/drills/questions.ts";
export type { FoundMesh } from "./environments/found-mesh.ts";
export type { StackRequest } from "./environments/mesh-of-stack.ts";
export type { Note } from "./planning/discovery/note.ts";
export type { Question } from "./environments/drills/asker.ts";
export type * from "./planning/discovery/observation.ts";
export type { Path } from "./planning/topology/problem.ts";
export type { ClusterWay } from "./verification/discovery/observe-cluster.ts";
