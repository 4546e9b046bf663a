import type { ExportedService } from "../exports/exported-service.ts";
import { resolveExports } from "../exports/exports.ts";
import { carries } from "../links/selectors.ts";
import type { DraftCluster, DraftEdge } from "../topology/draft-clusters.ts";
import type { Path } from "../topology/problem.ts";
import type { Draft } from "../topology/shape.ts";
import type { Topology } from "../topology.ts";
import { observabilityNamespace, prometheusName, prometheusPort } from "./names.ts";

/** Path of the key in a topology. */
export const collectInPath: Path = ["observability", "collectIn"];

/** The kinds of export by which a Prometheus can be reached, the better one first: pods see the client itself. */
const kinds = ["remote-discovery", "gateway"] as const;

/** The export of the Prometheus that collects, if one way leads to it from every other cluster. */
export function collectorExport(
  draft: Draft<Topology>,
  byName: ReadonlyMap<string, DraftCluster>,
  edges: readonly DraftEdge[],
): ExportedService[] {
  const from = draft.observability?.collectIn;
  if (from === undefined || !byName.has(from)) return [];
  const incoming = edges.filter(({ target }) => target === from);
  const as = kinds.find((kind) => incoming.every(({ mode }) => carries(mode, kind)));
  if (as === undefined || incoming.length === 0) return [];
  const exported = {
    service: prometheusName,
    namespace: observabilityNamespace,
    from,
    as,
    ports: [prometheusPort],
  };
  return resolveExports([exported], byName, edges).map((service) => ({
    ...service,
    ways: service.ways.map((way) => ({ ...way, path: collectInPath })),
  }));
}
