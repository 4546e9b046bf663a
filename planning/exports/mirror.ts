import type { ExportedService } from "./exported-service.ts";
import type { MirrorPlan } from "../plan-types.ts";
import type { DraftCluster } from "../topology/draft-clusters.ts";

/** A mirror Service that the service mirrors will create, and what it mirrors. */
export interface Mirror extends Pick<MirrorPlan, "namespace" | "name" | "kind"> {
  readonly cluster: DraftCluster;
  readonly of: readonly ExportedService[];
}
