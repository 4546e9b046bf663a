import type { DraftCluster, DraftEdge } from "./draft-clusters.ts";
import { planAccess } from "../access/access.ts";
import { networkOf } from "../defaults.ts";
import { limits } from "../limits.ts";
import { resolveExports } from "../exports/exports.ts";
import type { ExportedService } from "../exports/exported-service.ts";
import { planSelectors } from "../links/selectors.ts";
import { defaultMode, type Edge, expandLink, usesGateway } from "../links/links.ts";
import { collectorExports } from "../observability/collector.ts";
import { findMirrors } from "../exports/mirrors.ts";
import type { Mirror } from "../exports/mirror.ts";
import type { RuleProblem } from "./problem.ts";
import { labelPattern } from "./schema-parts.ts";
import type { Draft } from "./shape.ts";
import type { Sources } from "../sources/sources.ts";
import type { LinkMode, Topology } from "../topology.ts";

/** The input of the rules: a draft in which every part that exists has the right type. */
export interface RuleInput {
  readonly draft: Draft<Topology>;
  /** Name of a topology that has none of its own. */
  readonly defaultName: string;
  /** Where images and charts come from. Undefined if that isn't known yet. */
  readonly sources: Sources | undefined;
  /** Undefined if there is no usable name. */
  readonly topologyName: string | undefined;
  /** Clusters that have a name, including several with the same name. */
  readonly clusters: readonly DraftCluster[];
  /** The first cluster of each name, in the topology's order. */
  readonly byName: ReadonlyMap<string, DraftCluster>;
  /** The Links between known clusters. A pair may occur more than once. */
  readonly edges: readonly DraftEdge[];
  /** The exported Services of known clusters. */
  readonly services: readonly ExportedService[];
  /** The mirrors that follow from the exports. */
  readonly mirrors: readonly Mirror[];
}

/** A rule about a topology: yields every problem that it finds. */
export type Rule = (input: RuleInput) => Iterable<RuleProblem>;

export function ruleInput(
  draft: Draft<Topology>,
  defaultName: string,
  sources?: Sources,
): RuleInput {
  const clusters = (draft.clusters ?? []).flatMap((spec, index): DraftCluster[] => {
    if (spec?.name === undefined) return [];
    const { name, network } = spec;
    const path = ["clusters", index];
    const isKind = spec.kubeconfig === undefined;
    const named = network === undefined ? { name } : { name, network };
    return [{ name, path, index, network: networkOf(named), isKind, spec }];
  });
  const byName = new Map<string, DraftCluster>();
  for (const cluster of clusters) {
    if (!byName.has(cluster.name)) byName.set(cluster.name, cluster);
  }
  const name = draft.name ?? defaultName;
  const edges = findEdges(draft, byName);
  const accessOf = planAccess(draft.access, edges);
  // An account may have to be revoked at once, so an export without mirrors is then no problem.
  const isFollowed = (edge: Edge) => !accessOf(edge).revoked;
  const services = [
    ...resolveExports(draft.exports, byName, edges),
    ...collectorExports(draft, byName, edges),
  ];
  return {
    draft,
    defaultName,
    sources,
    topologyName: labelPattern.test(name) && name.length <= limits.topologyName ? name : undefined,
    clusters,
    byName,
    edges,
    services,
    mirrors: findMirrors(services, edges.filter(isFollowed)),
  };
}

function findEdges(draft: Draft<Topology>, byName: ReadonlyMap<string, DraftCluster>): DraftEdge[] {
  return (draft.links ?? []).flatMap((link, spec) => {
    if (link === undefined) return [];
    // Thousands of Links may come from one specification. Those of one mode share their selectors.
    const byMode = new Map<LinkMode, Pick<DraftEdge, "mode" | "headless" | "selectors">>();
    const settings = (mode: LinkMode) => {
      const known = byMode.get(mode) ?? {
        mode,
        headless: usesGateway(mode) && (link.headless ?? true),
        selectors: planSelectors(mode, link.selectors),
      };
      byMode.set(mode, known);
      return known;
    };
    return expandLink(link, spec).flatMap((edge): DraftEdge[] => {
      const [from, to] = [byName.get(edge.source), byName.get(edge.target)];
      if (!from || !to) return [];
      return [{ ...edge, from, to, ...settings(link.mode ?? defaultMode(from, to)) }];
    });
  });
}
