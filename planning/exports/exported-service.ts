import type { Path } from "../topology/problem.ts";
import type { DraftCluster, DraftEdge } from "../topology/draft-clusters.ts";
import type { Draft } from "../topology/shape.ts";
import type { Conflict } from "../links/solve-labels.ts";
import type { ExportKind, HeadlessSpec } from "../topology.ts";

/** One Service of one cluster, with all ways in which it is exported. */
export interface ExportedService {
  readonly cluster: DraftCluster;
  readonly namespace: string;
  readonly service: string;
  /** In the order of the topology, each once. */
  readonly ways: readonly ExportWay[];
  /** Host names of its pods if it is headless, otherwise empty. */
  readonly pods: readonly string[];
  /** Undefined if no export says. */
  readonly ports: readonly number[] | undefined;
  /** Labels with which every Link that can carry it selects it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Demands of the Links on its labels that can't be met together. */
  readonly conflicts: readonly Conflict<DemandOrigin>[];
}

export interface ExportWay {
  readonly as: ExportKind;
  /** Path of the cluster's name in the topology. */
  readonly path: Path;
  readonly headless: Draft<HeadlessSpec> | undefined;
  /** The Links whose mode carries it. */
  readonly carriers: readonly DraftEdge[];
}

/** Where the demand for a label comes from. */
export interface DemandOrigin {
  readonly way: ExportWay;
  /** Index of the `LinkSpec`. Undefined: the cluster's own service mirror. */
  readonly link: number | undefined;
}
