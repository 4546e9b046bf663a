import type { ExportedService } from "../exports/exported-service.ts";
import { resolveExports } from "../exports/exports.ts";
import { carries } from "../links/selectors.ts";
import type { DraftCluster, DraftEdge } from "../topology/draft-clusters.ts";
import type { Path } from "../topology/problem.ts";
import type { Draft } from "../topology/shape.ts";
import type { Topology } from "../topology.ts";
import {
  jaegerName,
  observabilityNamespace,
  otlpPort,
  prometheusName,
  prometheusPort,
} from "./names.ts";

/** Path of the key in a topology. */
export const collectInPath: Path = ["observability", "collectIn"];

/** The kinds of export by which what collects can be reached, the better one first: pods see the client itself. */
const kinds = ["remote-discovery", "gateway"] as const;

/** The exports of what collects, if one way leads to it from every other cluster. */
export function collectorExports(
  draft: Draft<Topology>,
  byName: ReadonlyMap<string, DraftCluster>,
  edges: readonly DraftEdge[],
): ExportedService[] {
  const { collectIn: from, tracing } = draft.observability ?? {};
  if (from === undefined || !byName.has(from)) return [];
  const incoming = edges.filter(({ target }) => target === from);
  const as = kinds.find((kind) => incoming.every(({ mode }) => carries(mode, kind)));
  if (as === undefined || incoming.length === 0) return [];
  const exported = [
    { service: prometheusName, ports: [prometheusPort] },
    ...(tracing === undefined ? [] : [{ service: jaegerName, ports: [otlpPort] }]),
  ].map((one) => ({ ...one, namespace: observabilityNamespace, from, as }));
  return resolveExports(exported, byName, edges).map((service) => ({
    ...service,
    ways: service.ways.map((way) => ({ ...way, path: collectInPath })),
  }));
}
