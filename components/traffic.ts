import type * as pulumi from "@pulumi/pulumi";
import type { Plan, TrafficPlan } from "../planning/plan-types.ts";
import { defaults } from "../planning/defaults.ts";
import { memberOf } from "./exports.ts";
import type { ExportingMember } from "./exports.ts";
import type { Link } from "./link.ts";
import { accessTo, onCluster } from "./mesh-cluster.ts";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";
import type { ServiceExport } from "./service-export.ts";

/** Arguments of {@link TrafficRoute}. */
export interface TrafficRouteArgs extends AccessArgs {
  /** Namespace of the Service that clients call. */
  namespace: string;
  /** Name of the Service that clients call. */
  service: string;
  /** The port that clients call. The backends have the same one. @default 80 */
  port?: number;
  /** The clients' protocol: `http` creates an HTTPRoute, `grpc` a GRPCRoute. @default "http" */
  protocol?: "http" | "grpc";
  /**
   * Whether to create the Service too. It has no pods, and the route leads to those of another cluster.
   * @default false
   */
  alias?: boolean;
  /** Annotations of the route, such as `retry.linkerd.io/http`. @default {} */
  annotations?: Readonly<Record<string, string>>;
  /**
   * Annotations of the Service that clients call: `balancer.linkerd.io/failure-accrual` and related ones.
   * Other annotations of the Service stay, and these are removed with the route. @default {}
   */
  serviceAnnotations?: Readonly<Record<string, string>>;
  /** Which requests go to which Services of the cluster, mirrors included. */
  rules: TrafficRuleArgs[];
  /**
   * Cluster → `state` of its ServiceExport. While all are `labelled`, the route waits for the mirrors.
   * @default {}
   */
  exported?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** One rule of a {@link TrafficRoute}. */
export interface TrafficRuleArgs {
  /** Which requests the rule applies to. @default all that match no other rule */
  match?: NonNullable<TrafficPlan["rules"][number]["match"]>;
  /** Services of the same namespace that get the requests, by weight. */
  backends: readonly { readonly service: string; readonly weight: number }[];
}

/**
 * Routes the requests for one port of a Service to Services of the same cluster, mirrors included. If a
 * Service doesn't exist yet, nothing waits for it: the next update creates the route. Routes and Services
 * that somebody else created are never changed.
 *
 * @example
 * ```ts
 * new TrafficRoute("web", {
 *   kubeconfigPath: west.kubeconfigPath,
 *   namespace: "shop",
 *   service: "web",
 *   rules: [
 *     { backends: [{ service: "web", weight: 1_000_000 }, { service: "web-east", weight: 1 }] },
 *   ],
 * });
 * ```
 */
export class TrafficRoute extends MeshResource {
  /** `routed`, or what is still awaited. */
  declare readonly state: pulumi.Output<string>;

  constructor(name: string, args: TrafficRouteArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "TrafficRoute",
      name,
      {
        ...accessProperties(args),
        namespace: args.namespace,
        service: args.service,
        port: args.port ?? defaults.trafficPort,
        protocol: args.protocol ?? defaults.trafficProtocol,
        alias: args.alias ?? false,
        annotations: args.annotations ?? {},
        serviceAnnotations: args.serviceAnnotations ?? {},
        rules: args.rules,
        exported: args.exported ?? {},
        state: undefined,
      },
      opts,
    );
  }
}

/** What exists before the routes. */
export interface TrafficContext {
  readonly plan: Pick<Plan, "traffic">;
  readonly members: ReadonlyMap<string, ExportingMember>;
  /** Every Link, by `source target`. */
  readonly links: ReadonlyMap<string, Link>;
  readonly exported: readonly ExportOfCluster[];
  readonly topology: pulumi.Resource;
}

interface ExportOfCluster {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly made: ServiceExport;
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
    const { cluster, namespace, service, port, protocol, alias, annotations, rules } = wanted;
    const { serviceAnnotations } = wanted;
    const member = memberOf(members, cluster);
    const targets = targetsOf(wanted);
    const exports = exported.filter(
      (one) =>
        one.namespace === namespace && one.service === service && targets.includes(one.cluster),
    );
    const made = new TrafficRoute(
      `${member.prefix}-traffic-${namespace}.${service}.${port}`,
      {
        ...accessTo(member.cluster),
        namespace,
        service,
        port,
        protocol,
        alias,
        annotations,
        serviceAnnotations,
        rules: rules.map(({ match, backends }) => ({
          ...(match && { match }),
          backends: backends.map((backend) => ({
            service: backend.service,
            weight: backend.weight,
          })),
        })),
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
