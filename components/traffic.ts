import { TrafficRoute } from "@linkerd-topology/mesh";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan, TrafficPlan } from "../planning/plan-types.ts";
import { type ExportingMember, type makeExports, memberOf } from "./exports.ts";
import { onCluster } from "./mesh-cluster.ts";
import { routeArgs } from "./traffic-entries.ts";

/** What exists before the routes. */
export interface TrafficContext {
  readonly plan: Pick<Plan, "traffic">;
  readonly members: ReadonlyMap<string, ExportingMember>;
  /** Every Link, by `source target`. */
  readonly links: ReadonlyMap<string, pulumi.Resource>;
  readonly exported: ReturnType<typeof makeExports>;
  readonly topology: pulumi.Resource;
}

/** One {@link TrafficRoute} per entry of `traffic` and cluster of its clients. */
export function makeTraffic({
  plan,
  members,
  links,
  exported,
  topology,
}: TrafficContext): readonly { readonly cluster: string; readonly made: TrafficRoute }[] {
  return plan.traffic.map((wanted) => {
    const { cluster, namespace, service, port } = wanted;
    const member = memberOf(members, cluster);
    const targets = targetsOf(wanted);
    const exports = exported.filter(
      (one) =>
        one.namespace === namespace && one.service === service && targets.includes(one.cluster),
    );
    const name = `${member.prefix}-traffic-${namespace}.${service}.${port}`;
    const made = new TrafficRoute(
      name,
      {
        ...routeArgs(member.cluster, wanted, name),
        exported: Object.fromEntries(exports.map((one) => [one.cluster, one.made.state])),
      },
      onCluster(member.cluster, topology, {
        dependsOn: [
          member.multicluster.installed,
          ...targets.flatMap((target) => links.get(`${cluster} ${target}`) ?? []),
        ],
      }),
    );
    return { cluster, made };
  });
}

/** The other clusters whose pods answer. */
function targetsOf({ cluster, rules }: TrafficPlan): string[] {
  const all = rules.flatMap(({ backends }) => backends.flatMap(({ clusters }) => clusters));
  return [...new Set(all)].filter((target) => target !== cluster);
}
