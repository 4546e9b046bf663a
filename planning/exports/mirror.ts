import type { ExportedService } from "./exported-service.ts";
import type { MirrorPlan } from "../plan-types.ts";
import type { SceneCluster } from "../topology/draft-clusters.ts";

/** A mirror Service that the service mirrors will make, and what it stands for. */
export interface Mirror extends Pick<MirrorPlan, "namespace" | "name" | "kind"> {
  readonly cluster: SceneCluster;
  readonly of: readonly ExportedService[];
}
