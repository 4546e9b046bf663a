import type {
  ClusterPlan,
  JaegerPlan,
  MirrorPlan,
  ObservabilityPlan,
  Plan,
  PlannedResources,
  PrometheusPlan,
  TracingPlan,
  VizPlan,
} from "../plan-types.ts";
import type { ResourcesSpec, Topology, TracingSpec } from "../topology.ts";
import { defaults } from "../defaults.ts";
import {
  jaegerName,
  observabilityNamespace,
  otlpPort,
  prometheusName,
  prometheusPort,
  vizNamespace,
  vizPrometheusName,
} from "./names.ts";

/** What observes the mesh. Undefined if the topology doesn't ask for it. */
export function planObservability(
  { observability }: Topology,
  clusters: readonly ClusterPlan[],
  mirrors: readonly MirrorPlan[],
): ObservabilityPlan | undefined {
  if (observability === undefined) return undefined;
  const { collectIn, prometheus = {}, alertmanagers = [], tracing, viz = false } = observability;
  const { retention, scrapeInterval, storage, storageClass, resources } = prometheus;
  /** The collecting cluster's Service as another cluster has it. */
  const mirrorIn = ({ name, clusterDomain }: ClusterPlan, service: string, port: number) => {
    const found = mirrors.find(
      ({ cluster, namespace, of }) =>
        cluster === name &&
        namespace === observabilityNamespace &&
        of.some((one) => one.cluster === collectIn && one.service === service),
    );
    return found && `${found.name}.${found.namespace}.svc.${clusterDomain}:${port}`;
  };
  return {
    namespace: observabilityNamespace,
    ...(collectIn !== undefined && { collectIn }),
    retention: retention ?? defaults.metricsRetention,
    scrapeInterval: scrapeInterval ?? defaults.scrapeInterval,
    ...(alertmanagers.length > 0 && { alertmanagers }),
    ...(storage !== undefined && { storage }),
    ...(storageClass !== undefined && { storageClass }),
    resources: planResources(resources),
    clusters: clusters.map((cluster): PrometheusPlan => {
      const { name, targets } = cluster;
      const collector = mirrorIn(cluster, prometheusName, prometheusPort);
      return {
        cluster: name,
        ...(collector !== undefined && { writeTo: `http://${collector}/api/v1/write` }),
        collects:
          collectIn === name
            ? clusters.map((other) => other.name).filter((other) => other !== name)
            : [],
        targets,
        mirrors: mirrors
          .filter((mirror) => mirror.cluster === name)
          .map(({ namespace, name: service }) => ({ namespace, service })),
      };
    }),
    ...(tracing && { tracing: planTracing(tracing, clusters, mirrorIn) }),
    ...(viz && { viz: planViz(collectIn, clusters) }),
  };
}

/** Namespaces of what observes the mesh, whose workloads nobody but the package restarts. */
export function observingNamespaces({ observability }: Pick<Plan, "observability">): string[] {
  return [observability?.namespace, observability?.viz?.namespace].filter(
    (namespace) => namespace !== undefined,
  );
}

function planViz(collectIn: string | undefined, clusters: readonly ClusterPlan[]): VizPlan {
  return {
    namespace: vizNamespace,
    clusters: clusters.map(({ name, clusterDomain }) => {
      // A cluster that nobody else writes to has no metrics but its own.
      const collects = name === collectIn && clusters.length > 1;
      const service = collects ? vizPrometheusName : prometheusName;
      const host = `${service}.${observabilityNamespace}.svc.${clusterDomain}`;
      return { cluster: name, prometheusUrl: `http://${host}:${prometheusPort}`, collects };
    }),
  };
}

function planTracing(
  { maxTraces, resources }: TracingSpec,
  clusters: readonly ClusterPlan[],
  mirrorIn: (cluster: ClusterPlan, service: string, port: number) => string | undefined,
): TracingPlan {
  return {
    maxTraces: maxTraces ?? defaults.maxTraces,
    resources: planResources(resources),
    clusters: clusters.map((cluster): JaegerPlan => {
      const passTo = mirrorIn(cluster, jaegerName, otlpPort);
      // The dot at the end spares proxies the names of their search domains.
      const host = `${jaegerName}.${observabilityNamespace}.svc.${cluster.clusterDomain}.`;
      return {
        cluster: cluster.name,
        endpoint: `${host}:${otlpPort}`,
        ...(passTo !== undefined && { passTo }),
      };
    }),
  };
}

function planResources(resources: ResourcesSpec = {}): PlannedResources {
  return {
    requests: { ...defaults.observingRequests, ...asTexts(resources.requests) },
    ...(resources.limits && { limits: asTexts(resources.limits) }),
  };
}

/** YAML reads a whole number as a number. */
function asTexts(quantities: Readonly<Record<string, string | number>> = {}) {
  return Object.fromEntries(Object.entries(quantities).map(([key, value]) => [key, String(value)]));
}
