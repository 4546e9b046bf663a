import type { ClusterPlan, MirrorPlan, ObservabilityPlan, PrometheusPlan } from "../plan-types.ts";
import type { Topology } from "../topology.ts";
import { defaults } from "../defaults.ts";
import { observabilityNamespace, prometheusName, prometheusPort } from "./names.ts";

/** What observes the mesh. Undefined if the topology doesn't ask for it. */
export function planObservability(
  { observability }: Topology,
  clusters: readonly ClusterPlan[],
  mirrors: readonly MirrorPlan[],
): ObservabilityPlan | undefined {
  if (observability === undefined) return undefined;
  const { collectIn, prometheus = {}, alertmanagers = [] } = observability;
  const { retention, scrapeInterval, storage, resources } = prometheus;
  return {
    namespace: observabilityNamespace,
    ...(collectIn !== undefined && { collectIn }),
    retention: retention ?? defaults.metricsRetention,
    scrapeInterval: scrapeInterval ?? defaults.scrapeInterval,
    ...(alertmanagers.length > 0 && { alertmanagers }),
    ...(storage !== undefined && { storage }),
    resources: {
      requests: { ...defaults.metricsRequests, ...asTexts(resources?.requests) },
      ...(resources?.limits && { limits: asTexts(resources.limits) }),
    },
    clusters: clusters.map(({ name, clusterDomain, targets }): PrometheusPlan => {
      const own = mirrors.filter(({ cluster }) => cluster === name);
      const collector = own.find(
        ({ namespace, of }) =>
          namespace === observabilityNamespace &&
          of.some(({ cluster, service }) => cluster === collectIn && service === prometheusName),
      );
      return {
        cluster: name,
        ...(collector && {
          writeTo: `http://${collector.name}.${collector.namespace}.svc.${clusterDomain}:${prometheusPort}/api/v1/write`,
        }),
        collects:
          collectIn === name
            ? clusters.map((other) => other.name).filter((other) => other !== name)
            : [],
        targets,
        mirrors: own.map(({ namespace, name: service }) => ({ namespace, service })),
      };
    }),
  };
}

/** YAML reads a whole number as a number. */
function asTexts(quantities: Readonly<Record<string, string | number>> = {}) {
  return Object.fromEntries(Object.entries(quantities).map(([key, value]) => [key, String(value)]));
}
