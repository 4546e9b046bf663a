import type { Path } from "../topology/problem.ts";
import type { DraftCluster, DraftEdge } from "../topology/draft-clusters.ts";
import type { Draft } from "../topology/shape.ts";
import type { Conflict } from "../links/solve-labels.ts";
import type { ExportKind, HeadlessSpec } from "../topology.ts";

/** One Service of one cluster, with all the ways in which it is exported. */
export interface ExportedService {
  readonly cluster: DraftCluster;
  readonly namespace: string;
  readonly service: string;
  /** In the order of the topology; none twice. */
  readonly ways: readonly ExportWay[];
  /** Host names of its pods where it is headless, else empty. */
  readonly pods: readonly string[];
  /** Undefined where no export tells. */
  readonly ports: readonly number[] | undefined;
  /** Labels that make every Link which can carry it select it. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the Links demand of its labels and can't get together. */
  readonly conflicts: readonly Conflict<DemandOrigin>[];
}

export interface ExportWay {
  readonly as: ExportKind;
  /** Where the cluster is named. */
  readonly path: Path;
  readonly headless: Draft<HeadlessSpec> | undefined;
  /** The Links whose mode carries it. */
  readonly carriers: readonly DraftEdge[];
}

/** Whose selector demands a label. */
export interface DemandOrigin {
  readonly way: ExportWay;
  /** Index of the `LinkSpec`; undefined for the cluster's own service mirror. */
  readonly link: number | undefined;
}
