import type * as pulumi from "@pulumi/pulumi";
import {
  jaegerName,
  observabilityNamespace,
  prometheusName,
} from "../planning/observability/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import { type Sources, sourcesOf } from "../planning/sources/sources.ts";
import { memberOf } from "./exports.ts";
import { Jaeger } from "./jaeger.ts";
import type { Member } from "./member.ts";
import { Prometheus } from "./prometheus.ts";
import { Viz, type VizArgs } from "./viz.ts";

/** What exists before what observes each cluster. */
export interface ObservabilityContext {
  readonly plan: Pick<Plan, "observability" | "trust" | "linkerd">;
  readonly members: ReadonlyMap<string, Member>;
  readonly sources: Sources;
  /** PEM of what the clusters trust. */
  readonly bundle: pulumi.Output<string>;
  readonly topology: pulumi.Resource;
}

/** What observes a cluster. */
export interface Observed {
  readonly cluster: string;
  readonly made: pulumi.ComponentResource;
  /** The Service by which other clusters may reach it. */
  readonly service?: { readonly name: string; readonly made: pulumi.Resource };
}

/** One {@link Prometheus} per cluster, one {@link Jaeger} and one {@link Viz}, if the topology asks for them. */
export function makeObservability(around: ObservabilityContext): readonly Observed[] {
  const { observability } = around.plan;
  if (observability === undefined) return [];
  const { tracing, viz } = observability;
  return observability.clusters.flatMap((plan): Observed[] => {
    const { cluster } = plan;
    const member = memberOf(around.members, cluster);
    const child = { parent: around.topology };
    const prometheus = new Prometheus(
      `${member.prefix}-prometheus`,
      {
        ...plan,
        into: member.cluster,
        controlPlane: member.controlPlane,
        extension: member.multicluster,
        trustAnchorsPem: around.bundle,
        settings: observability,
        earlyRenewalHours: {
          anchor: around.plan.trust.anchorEarlyRenewalHours,
          issuer: around.plan.trust.issuerEarlyRenewalHours,
        },
        image: around.sources.images?.prometheus,
      },
      child,
    );
    const common = {
      into: member.cluster,
      controlPlane: member.controlPlane,
      beside: prometheus,
    };
    const traced = tracing?.clusters.find((one) => one.cluster === cluster);
    const jaeger =
      tracing &&
      traced &&
      new Jaeger(
        `${member.prefix}-jaeger`,
        { ...traced, ...common, settings: tracing, image: around.sources.images?.jaeger },
        child,
      );
    const shown = viz?.clusters.find((one) => one.cluster === cluster);
    return [
      observedBy(cluster, prometheus, prometheusName),
      ...(jaeger ? [observedBy(cluster, jaeger, jaegerName)] : []),
      ...(shown ? [{ cluster, made: makeViz(member, { ...shown, ...common }, around) }] : []),
    ];
  });
}

function observedBy(cluster: string, made: Prometheus | Jaeger, name: string): Observed {
  return { cluster, made, service: { name, made: made.service } };
}

function makeViz(
  { prefix, plan }: Member,
  common: Pick<
    VizArgs,
    "cluster" | "prometheusUrl" | "collects" | "into" | "controlPlane" | "beside"
  >,
  { plan: { linkerd, observability }, sources, topology }: ObservabilityContext,
): Viz {
  if (observability === undefined) throw new Error("nothing observes the mesh");
  const { charts, images, viz } = sourcesOf(sources, plan.linkerd.version);
  return new Viz(
    `${prefix}-viz`,
    {
      ...common,
      charts: { directory: charts, version: plan.linkerd.chartVersion },
      settings: observability,
      trustDomain: plan.trustDomain,
      clusterDomain: plan.clusterDomain,
      highAvailability: linkerd.highAvailability,
      sources: viz,
      prometheusImage: images?.prometheus,
      values: linkerd.values.viz,
    },
    { parent: topology },
  );
}

/** The Services that the package itself creates and exports, by `cluster namespace service`. */
export function ownServices(observed: readonly Observed[]): ReadonlyMap<string, pulumi.Resource> {
  return new Map(
    observed.flatMap(({ cluster, service }) =>
      service ? [[`${cluster} ${observabilityNamespace} ${service.name}`, service.made]] : [],
    ),
  );
}
