import type * as pulumi from "@pulumi/pulumi";
import {
  jaegerName,
  observabilityNamespace,
  prometheusName,
} from "../planning/observability/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { memberOf } from "./exports.ts";
import { Jaeger } from "./jaeger.ts";
import type { Member } from "./member.ts";
import { Prometheus } from "./prometheus.ts";

/** What exists before what observes each cluster. */
export interface ObservabilityContext {
  readonly plan: Pick<Plan, "observability" | "trust">;
  readonly members: ReadonlyMap<string, Member>;
  readonly sources: Sources;
  /** PEM of what the clusters trust. */
  readonly bundle: pulumi.Output<string>;
  readonly topology: pulumi.Resource;
}

/** What observes a cluster. */
export interface Observed {
  readonly cluster: string;
  /** Name of its Service. */
  readonly name: string;
  readonly made: Prometheus | Jaeger;
}

/** One {@link Prometheus} per cluster, and one {@link Jaeger}, if the topology asks for them. */
export function makeObservability(around: ObservabilityContext): readonly Observed[] {
  const { observability } = around.plan;
  if (observability === undefined) return [];
  const { tracing } = observability;
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
    const observed: Observed[] = [{ cluster, name: prometheusName, made: prometheus }];
    const traced = tracing?.clusters.find((one) => one.cluster === cluster);
    if (tracing === undefined || traced === undefined) return observed;
    const jaeger = new Jaeger(
      `${member.prefix}-jaeger`,
      {
        ...traced,
        into: member.cluster,
        controlPlane: member.controlPlane,
        beside: prometheus,
        settings: tracing,
        image: around.sources.images?.jaeger,
      },
      child,
    );
    return [...observed, { cluster, name: jaegerName, made: jaeger }];
  });
}

/** The Services that the package itself creates and exports, by `cluster namespace service`. */
export function ownServices(observed: readonly Observed[]): ReadonlyMap<string, pulumi.Resource> {
  return new Map(
    observed.map(({ cluster, name, made }) => [
      `${cluster} ${observabilityNamespace} ${name}`,
      made.service,
    ]),
  );
}
