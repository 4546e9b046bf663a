import type { ExportedService, ExportWay, DemandOrigin } from "./exported-service.ts";
import { groupBy } from "../group.ts";
import { conditionsOf } from "../links/label-selector.ts";
import { carries, localFederatedSelector, selectorKeys } from "../links/selectors.ts";
import { clusterReferences } from "../links/links.ts";
import type { Path } from "../topology/problem.ts";
import type { DraftCluster, DraftEdge } from "../topology/draft-clusters.ts";
import type { Draft } from "../topology/shape.ts";
import { type Demand, solveLabels } from "../links/solve-labels.ts";
import type { ExportKind, ExportSpec, HeadlessSpec, Topology } from "../topology.ts";

/** An entry of `exports` for one of its clusters, as far as it could be read. */
export interface NamedExport {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly as: ExportKind;
  /** Path of the cluster's name in the topology. */
  readonly path: Path;
  /** Index of the `ExportSpec`. */
  readonly spec: number;
  readonly headless: Draft<HeadlessSpec> | undefined;
  readonly ports: readonly number[] | undefined;
}

/** One for each cluster of each readable export. */
export function namedExports(exports: Draft<Topology>["exports"]): NamedExport[] {
  return (exports ?? []).flatMap((entry: Draft<ExportSpec> | undefined, spec) => {
    const { service, namespace, from, as = "gateway", headless } = entry ?? {};
    const ports = entry?.ports?.filter((port) => port !== undefined);
    if (service === undefined || namespace === undefined) return [];
    return clusterReferences(from, ["exports", spec, "from"]).map(({ name, path }) => ({
      cluster: name,
      namespace,
      service,
      as,
      path,
      spec,
      headless,
      ports,
    }));
  });
}

/** The exported Services of known clusters, in the topology's order. */
export function resolveExports(
  exports: Draft<Topology>["exports"],
  byName: ReadonlyMap<string, DraftCluster>,
  edges: readonly DraftEdge[],
): ExportedService[] {
  const named = namedExports(exports);
  if (named.length === 0) return [];
  const incoming = groupBy(edges, (edge) => edge.target);
  const services = groupBy(named, (one) => `${one.cluster} ${one.namespace} ${one.service}`);
  return [...services.values()].flatMap((entries): ExportedService[] => {
    const [first] = entries;
    const cluster = first && byName.get(first.cluster);
    if (!first || !cluster) return [];
    const links = incoming.get(cluster.name) ?? [];
    const ways = [...groupBy(entries, ({ as }) => as).values()].flatMap(([one]): ExportWay[] => {
      if (!one) return [];
      const { as, path, headless } = one;
      return [{ as, path, headless, carriers: links.filter((edge) => carries(edge.mode, as)) }];
    });
    const { labels, conflicts } = solveLabels(ways.flatMap(demandsOf));
    const { namespace, service } = first;
    const pods = podsOf(service, ways);
    const ports = entries.find((one) => one.ports !== undefined)?.ports;
    return [{ cluster, namespace, service, ways, pods, ports, labels, conflicts }];
  });
}

function demandsOf(way: ExportWay): Demand<DemandOrigin>[] {
  const demands: Demand<DemandOrigin>[] = [];
  const add = (selector: Parameters<typeof conditionsOf>[0], link: number | undefined) => {
    for (const condition of conditionsOf(selector)) {
      demands.push({ condition, origin: { way, link } });
    }
  };
  // Links of one specification and mode share a selector.
  for (const [selector, [edge]] of groupBy(
    way.carriers,
    ({ selectors }) => selectors[selectorKeys[way.as]],
  )) {
    if (selector && edge) add(selector, edge.spec);
  }
  if (way.as === "federated") add(localFederatedSelector, undefined);
  return demands;
}

function podsOf(service: string, ways: readonly ExportWay[]): string[] {
  const headless = ways.find((way) => way.headless !== undefined)?.headless;
  const sets = [headless, ...(headless?.also ?? [])];
  return sets.flatMap((one) => {
    const { replicas = 0, start = 0, statefulSet = service } = one ?? {};
    return Array.from({ length: replicas }, (_, index) => `${statefulSet}-${start + index}`);
  });
}
