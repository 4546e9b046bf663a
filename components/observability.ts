import type * as pulumi from "@pulumi/pulumi";
import { observabilityNamespace, prometheusName } from "../planning/observability/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { memberOf } from "./exports.ts";
import type { Member } from "./member.ts";
import { Prometheus } from "./prometheus.ts";

/** What exists before the Prometheus of each cluster. */
export interface ObservabilityContext {
  readonly plan: Pick<Plan, "observability" | "trust">;
  readonly members: ReadonlyMap<string, Member>;
  readonly sources: Sources;
  /** PEM of what the clusters trust. */
  readonly bundle: pulumi.Output<string>;
  readonly topology: pulumi.Resource;
}

/** The Prometheus of a cluster. */
export interface Observed {
  readonly cluster: string;
  readonly made: Prometheus;
}

/** One {@link Prometheus} per cluster, if the topology asks for it. */
export function makeObservability(around: ObservabilityContext): readonly Observed[] {
  const { observability } = around.plan;
  if (observability === undefined) return [];
  return observability.clusters.map((plan) => {
    const member = memberOf(around.members, plan.cluster);
    const made = new Prometheus(
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
      { parent: around.topology },
    );
    return { cluster: plan.cluster, made };
  });
}

/** The Services that the package itself creates and exports, by `cluster namespace service`. */
export function ownServices(observed: readonly Observed[]): ReadonlyMap<string, pulumi.Resource> {
  return new Map(
    observed.map(({ cluster, made }) => [
      `${cluster} ${observabilityNamespace} ${prometheusName}`,
      made.service,
    ]),
  );
}
