import type { Edge } from "../links/links.ts";
import type { LinkPlan } from "../plan-types.ts";
import type { Path } from "./problem.ts";
import type { Draft } from "./shape.ts";
import type { ClusterSpec, LinkMode } from "../topology.ts";

export interface SceneCluster {
  readonly name: string;
  readonly path: Path;
  readonly index: number;
  readonly network: string;
  readonly isKind: boolean;
  readonly spec: Draft<ClusterSpec>;
}

export interface SceneEdge extends Edge {
  readonly from: SceneCluster;
  readonly to: SceneCluster;
  readonly mode: LinkMode;
  readonly headless: boolean;
  readonly selectors: LinkPlan["selectors"];
}
