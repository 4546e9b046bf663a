import { planAccess } from "../access/access.ts";
import { usesGateway } from "./links.ts";
import { accessAccount } from "../names.ts";
import type { ClusterPlan, LinkPlan } from "../plan-types.ts";
import type { DraftEdge } from "../topology/draft-clusters.ts";
import type { Topology } from "../topology.ts";

/** One Link per (source, target), sorted by both in the order of the clusters. */
export function planLinks(
  topology: Topology,
  edges: readonly DraftEdge[],
  clusters: readonly ClusterPlan[],
): LinkPlan[] {
  const accessOf = planAccess(topology.access, edges);
  const gateways = new Map(clusters.map(({ name, gateway }) => [name, gateway]));
  return edges
    .toSorted((a, b) => a.from.index - b.from.index || a.to.index - b.to.index)
    .map(({ source, target, spec, mode, headless, selectors }) => ({
      source,
      target,
      name: target,
      mode,
      gateway: usesGateway(mode) ? gateways.get(target) : undefined,
      headless,
      selectors,
      excludedLabels: topology.links?.[spec]?.excludedLabels ?? [],
      excludedAnnotations: topology.links?.[spec]?.excludedAnnotations ?? [],
      accessAccount: accessAccount(source),
      access: accessOf({ source, target }),
    }));
}
