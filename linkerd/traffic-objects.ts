import { isDeepStrictEqual } from "node:util";
import type { RoutePlan } from "../planning/plan-types.ts";
import type { MatchSpec } from "../planning/topology.ts";
import { holds } from "./holds.ts";

/** The label by which the package recognises what it made in namespaces of others. */
export const managedBy = { "app.kubernetes.io/managed-by": "linkerd-topology" } as const;

export const gatewayApiGroup = "gateway.networking.k8s.io";

/**
 * The kinds of route that Linkerd follows, by the clients' protocol, with the API group that it reads each
 * from.
 */
export const routeKinds = {
  http: {
    kind: "HTTPRoute",
    plural: "httproutes",
    groups: [`${gatewayApiGroup}/v1`, "policy.linkerd.io/v1beta3"],
  },
  grpc: { kind: "GRPCRoute", plural: "grpcroutes", groups: [`${gatewayApiGroup}/v1`] },
} as const;

/** One route per Service and port. The name shows that the package owns it. */
export function routeName({ service, port }: Pick<RoutePlan, "service" | "port">): string {
  return `${service}.${port}.traffic`;
}

export function routePath(wanted: Pick<RoutePlan, "namespace" | "service" | "port" | "protocol">) {
  const { plural } = routeKinds[wanted.protocol];
  return `/apis/${gatewayApiGroup}/v1/namespaces/${wanted.namespace}/${plural}/${routeName(wanted)}`;
}

/** Whether the package made an object in a namespace of others. */
export function isOurs({ metadata }: { readonly metadata: { readonly labels?: Labels } }): boolean {
  return Object.entries(managedBy).every(([key, value]) => metadata.labels?.[key] === value);
}

type Labels = Readonly<Record<string, string>> | undefined;

/** The Services other than the parent that requests go to, mirrors included, each once. */
export function backendServices({ service, rules }: RoutePlan): string[] {
  const named = rules.flatMap(({ backends }) => backends.map((backend) => backend.service));
  return [...new Set(named)].filter((name) => name !== service);
}

/**
 * Whether requests are routed as planned: the route's rules and Linkerd's annotations, also those that
 * somebody added. Fields that the API server fills in and other annotations don't matter.
 */
export function isAsPlanned(route: RouteFound, wanted: RoutePlan): boolean {
  const planned = routeObject(wanted);
  return (
    holds(planned.metadata.annotations, route.metadata.annotations ?? {}, isHarmless) &&
    foreignAnnotations(route, wanted).length === 0 &&
    holds(planned.spec, route.spec, isHarmless)
  );
}

interface RouteFound {
  readonly metadata: { readonly annotations?: Labels };
  readonly spec?: unknown;
}

/** Annotations that make Linkerd do something to a route that isn't planned. */
export function foreignAnnotations(
  { metadata }: RouteFound,
  { annotations }: Pick<RoutePlan, "annotations">,
): readonly string[] {
  return Object.keys(metadata.annotations ?? {}).filter(
    (key) => /^(retry|timeout)\.linkerd\.io\//.test(key) && !(key in annotations),
  );
}

/** Fields that affect a request and that no planned route has. */
const unplanned = ["filters", "timeouts", "retry", "sessionPersistence", "hostnames"];
/** Fields that the API server fills in if they are missing. */
const filledIn = new Map(
  Object.entries({
    matches: [{ path: { type: "PathPrefix", value: "/" } }],
    path: { type: "PathPrefix", value: "/" },
  }),
);

/** Whether a field that isn't planned changes nothing for a request. */
function isHarmless(key: string, value: unknown): boolean {
  const filled = filledIn.get(key);
  return !unplanned.includes(key) && (filled === undefined || isDeepStrictEqual(value, filled));
}

/** The Gateway API's route for the requests of one Service's clients. */
export function routeObject(wanted: RoutePlan) {
  const { namespace, service, port, annotations, rules } = wanted;
  return {
    apiVersion: `${gatewayApiGroup}/v1`,
    kind: routeKinds[wanted.protocol].kind,
    metadata: { name: routeName(wanted), namespace, labels: managedBy, annotations },
    spec: {
      parentRefs: [{ group: "", kind: "Service", name: service, port }],
      rules: rules.map(({ match, backends }) => ({
        ...(match && { matches: [matchOf(match, wanted)] }),
        backendRefs: backends.map((backend) => ({
          group: "",
          kind: "Service",
          name: backend.service,
          port,
          weight: backend.weight,
        })),
      })),
    },
  };
}

/** The Service of an alias. It has no pods: all of its requests follow the route. */
export function aliasObject({ namespace, service, port, protocol, serviceAnnotations }: RoutePlan) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service, namespace, labels: managedBy, annotations: serviceAnnotations },
    spec: { type: "ClusterIP", ports: [{ name: protocol, port, protocol: "TCP" }] },
  };
}

function matchOf(match: MatchSpec, { protocol }: Pick<RoutePlan, "protocol">) {
  const { headers = {}, query = {}, path, method, grpcService } = match;
  const exact = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ type: "Exact", name, value }));
  const named = Object.keys(headers).length > 0 && { headers: exact(headers) };
  if (protocol === "grpc") {
    const called = {
      ...(grpcService !== undefined && { service: grpcService }),
      ...(method !== undefined && { method }),
    };
    return {
      ...(Object.keys(called).length > 0 && { method: { type: "Exact", ...called } }),
      ...named,
    };
  }
  return {
    ...(path !== undefined && { path: { type: "PathPrefix", value: path } }),
    ...named,
    ...(Object.keys(query).length > 0 && { queryParams: exact(query) }),
    ...(method !== undefined && { method }),
  };
}
