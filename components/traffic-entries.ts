import { TrafficRoute } from "@linkerd-topology/mesh";
import type { TrafficRouteArgs } from "@linkerd-topology/mesh";
import * as pulumi from "@pulumi/pulumi";
import type { RoutePlan } from "../planning/plan-types.ts";
import { formatProblem } from "../planning/topology/problem.ts";
import type { CircuitBreakingSpec, RetrySpec, RouteSpec } from "../planning/topology.ts";
import { planEntry } from "../planning/traffic/entry-alone.ts";
import { claim } from "./claim.ts";
import { accessTo } from "./mesh-cluster.ts";
import type { MeshCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";

/** What {@link Failover}, {@link Split}, {@link RouteTo} and {@link Alias} have in common. */
export interface TrafficEntryArgs {
  /** The clients' cluster, also one that exists already. */
  readonly cluster: MeshCluster;
  /** Namespace of the Service that clients call. */
  readonly namespace: string;
  /** The Service that clients call. */
  readonly service: string;
  /** The port that clients call. The Service has it in every cluster. @default 80 */
  readonly port?: number;
  /** The clients' protocol. @default "http" */
  readonly protocol?: "http" | "grpc";
  /** How failed requests are retried. @default up to 3 times with `failover`, else never */
  readonly retry?: RetrySpec;
  /** How long a request may take with all of its retries, such as `10s`. @default Linkerd's own limits */
  readonly timeout?: string;
  /**
   * When an endpoint that answers with `5xx`, or not in time, gets no requests for a while; `{}` takes the
   * defaults.
   * @default {} with `failover`, else an endpoint gets requests whatever it answers
   */
  readonly circuitBreaking?: CircuitBreakingSpec;
  /**
   * Cluster → `state` of its `ServiceExport`. While all are `labelled`, the route waits for the mirrors.
   * @default the route is created by the first update that finds all Services
   */
  readonly exported?: TrafficRouteArgs["exported"];
}

/** Arguments of {@link Failover}. */
export interface FailoverArgs extends TrafficEntryArgs {
  /**
   * 2 to 5 places, best first: `local` (the cluster's own Service), `federated`, or the name of a Link's
   * target (its mirror).
   */
  readonly failover: readonly string[];
}

/**
 * Sends the requests for a Service to the first place that has ready pods, and retries them. It computes the
 * weights and Linkerd's annotations, and makes one {@link TrafficRoute}, which is what the engine shows. So a
 * failover that becomes a split under the same name changes the route in place.
 *
 * @throws pulumi.RunError with everything that is wrong with the arguments, before anything is registered
 *
 * @example
 * ```ts
 * new Failover("web", {
 *   cluster: west, namespace: "shop", service: "web", failover: ["local", "east", "far"],
 * }, { dependsOn: [westToEast, westToFar] });
 * ```
 */
export class Failover extends TrafficRoute {
  constructor(name: string, args: FailoverArgs, opts?: pulumi.CustomResourceOptions) {
    super(...routeOf("Failover", name, args, { failover: args.failover }, opts));
  }
}

/** Arguments of {@link Split}. */
export interface SplitArgs extends TrafficEntryArgs {
  /** Place (as in {@link FailoverArgs}) → its weight. */
  readonly split: Readonly<Record<string, number>>;
}

/**
 * Shares the requests for a Service among places, by weight. It makes one {@link TrafficRoute}.
 *
 * @throws pulumi.RunError with everything that is wrong with the arguments, before anything is registered
 *
 * @example
 * ```ts
 * new Split("checkout", {
 *   cluster: west, namespace: "shop", service: "checkout", split: { local: 90, east: 10 },
 * });
 * ```
 */
export class Split extends TrafficRoute {
  constructor(name: string, args: SplitArgs, opts?: pulumi.CustomResourceOptions) {
    super(...routeOf("Split", name, args, { split: args.split }, opts));
  }
}

/** Arguments of {@link RouteTo}. */
export interface RouteToArgs extends TrafficEntryArgs {
  /** Which requests go where. The last route has no `match`: it is for all other requests. */
  readonly routes: readonly RouteSpec[];
}

/**
 * Sends the requests for a Service to places by their headers, path, query or method. It makes one
 * {@link TrafficRoute}.
 *
 * @throws pulumi.RunError with everything that is wrong with the arguments, before anything is registered
 *
 * @example
 * ```ts
 * new RouteTo("api", {
 *   cluster: west,
 *   namespace: "shop",
 *   service: "api",
 *   routes: [{ match: { headers: { "x-tenant": "acme" } }, to: "far" }, { failover: ["local", "east"] }],
 * });
 * ```
 */
export class RouteTo extends TrafficRoute {
  constructor(name: string, args: RouteToArgs, opts?: pulumi.CustomResourceOptions) {
    super(...routeOf("RouteTo", name, args, { routes: args.routes }, opts));
  }
}

/** Arguments of {@link Alias}. */
export interface AliasArgs extends TrafficEntryArgs {
  /** The Link's target whose Service clients call by its plain name, or `federated`. */
  readonly alias: string;
}

/**
 * Gives a Service of another cluster its plain name in this one, which lacks a Service of that name: it makes
 * the Service and its route, as one {@link TrafficRoute}.
 *
 * @throws pulumi.RunError with everything that is wrong with the arguments, before anything is registered
 *
 * @example
 * ```ts
 * new Alias("reports", { cluster: west, namespace: "shop", service: "reports", alias: "east" });
 * ```
 */
export class Alias extends TrafficRoute {
  constructor(name: string, args: AliasArgs, opts?: pulumi.CustomResourceOptions) {
    super(...routeOf("Alias", name, args, { alias: args.alias }, opts));
  }
}

/** Where requests go, in one of the forms of an entry of `traffic`. */
interface Form {
  readonly failover?: FailoverArgs["failover"];
  readonly split?: SplitArgs["split"];
  readonly routes?: RouteToArgs["routes"];
  readonly alias?: string;
}

function routeOf(
  component: string,
  name: string,
  args: TrafficEntryArgs,
  form: Form,
  opts: pulumi.CustomResourceOptions = {},
): [string, TrafficRouteArgs, pulumi.CustomResourceOptions] {
  refuseOutputs(component, name, args, ["cluster", "exported"]);
  const { cluster, exported, ...entry } = args;
  const result = planEntry({ ...entry, ...form });
  if (!result.ok) {
    const lines = result.problems.map((problem) => `\n  ${formatProblem(problem)}`);
    throw new pulumi.RunError(`the route ${name} can't be planned:${lines.join("")}`);
  }
  const deletedWith = cluster.lifetime;
  return [
    name,
    { ...routeArgs(cluster, result.route, name), ...(exported !== undefined && { exported }) },
    pulumi.mergeOptions(deletedWith === undefined ? {} : { deletedWith }, opts),
  ];
}

/**
 * The arguments of a planned route.
 *
 * @param name name of its resource
 * @throws pulumi.RunError if the program has another route for this port of the Service
 */
export function routeArgs(cluster: MeshCluster, route: RoutePlan, name: string): TrafficRouteArgs {
  const { namespace, service, port, protocol, alias, annotations, serviceAnnotations } = route;
  claim(cluster, `the route of ${namespace}/${service}, port ${port}`, `the route ${name}`);
  const rules = route.rules.map(({ match, backends }) => ({
    ...(match && { match }),
    backends: backends.map((backend) => ({ service: backend.service, weight: backend.weight })),
  }));
  return {
    ...accessTo(cluster),
    ...{ namespace, service, port, protocol, alias, annotations, serviceAnnotations, rules },
  };
}
