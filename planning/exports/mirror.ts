import type { ExportedService } from "./exported-service.ts";
import type { MirrorPlan } from "../plan-types.ts";
import type { DraftCluster } from "../topology/draft-clusters.ts";

/** A mirror Service that the service mirrors will make, and what it stands for. */
export interface Mirror extends Pick<MirrorPlan, "namespace" | "name" | "kind"> {
  readonly cluster: DraftCluster;
  readonly of: readonly ExportedService[];
}
