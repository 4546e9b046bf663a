import type { Edge } from "../links/links.ts";
import type { LinkPlan } from "../plan-types.ts";
import type { Path } from "./problem.ts";
import type { Draft } from "./shape.ts";
import type { ClusterSpec, LinkMode } from "../topology.ts";

export interface DraftCluster {
  readonly name: string;
  readonly path: Path;
  readonly index: number;
  readonly network: string;
  readonly isKind: boolean;
  readonly spec: Draft<ClusterSpec>;
}

export interface DraftEdge extends Edge {
  readonly from: DraftCluster;
  readonly to: DraftCluster;
  readonly mode: LinkMode;
  readonly headless: boolean;
  readonly selectors: LinkPlan["selectors"];
}
