import type { TrafficBackendPlan, TrafficPlan, TrafficRulePlan } from "../planning/plan-types.ts";
import type { MatchSpec } from "../planning/topology.ts";

/** By this label the package knows the routes and aliases that it made. */
export const managedBy = { "app.kubernetes.io/managed-by": "linkerd-topology" } as const;

/** What the objects of an entry follow from: the rest of its plan is for people. */
export type RouteWanted = Pick<
  TrafficPlan,
  "namespace" | "service" | "port" | "protocol" | "alias" | "annotations"
> & {
  readonly rules: readonly (Pick<TrafficRulePlan, "match"> & {
    readonly backends: readonly Pick<TrafficBackendPlan, "service" | "weight">[];
  })[];
};

export const gatewayApiGroup = "gateway.networking.k8s.io";

/** The routes that Linkerd follows, by what clients speak, with the API groups that it reads them from. */
export const routeKinds = {
  http: {
    kind: "HTTPRoute",
    plural: "httproutes",
    groups: [`${gatewayApiGroup}/v1`, "policy.linkerd.io/v1beta3"],
  },
  grpc: { kind: "GRPCRoute", plural: "grpcroutes", groups: [`${gatewayApiGroup}/v1`] },
} as const;

/** One route per Service and port, by a name that tells whose it is. */
export function routeName({ service, port }: Pick<RouteWanted, "service" | "port">): string {
  return `${service}.${port}.traffic`;
}

/** Path of the route. */
export function routePath(
  wanted: Pick<RouteWanted, "namespace" | "service" | "port" | "protocol">,
) {
  const { plural } = routeKinds[wanted.protocol];
  return `/apis/${gatewayApiGroup}/v1/namespaces/${wanted.namespace}/${plural}/${routeName(wanted)}`;
}

/** Whether the package made an object of an entry of traffic. */
export function isOurs({ metadata }: { readonly metadata: { readonly labels?: Labels } }): boolean {
  return Object.entries(managedBy).every(([key, value]) => metadata.labels?.[key] === value);
}

type Labels = Readonly<Record<string, string>> | undefined;

/** The Services besides the parent that requests go to, mirrors among them; none twice. */
function backendServices({ service, rules }: RouteWanted): string[] {
  const named = rules.flatMap(({ backends }) => backends.map((backend) => backend.service));
  return [...new Set(named)].filter((name) => name !== service);
}

/** The Services without which a route would answer requests with errors. */
export function neededServices(wanted: RouteWanted): string[] {
  return [...(wanted.alias ? [] : [wanted.service]), ...backendServices(wanted)];
}

/** Whether a route is as wanted, apart from fields that the API server adds. */
export function isAsPlanned(route: { readonly spec?: unknown }, wanted: RouteWanted): boolean {
  return holds(route.spec, routeObject(wanted).spec);
}

function holds(present: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return present === wanted;
  if (typeof present !== "object" || present === null) return false;
  if (Array.isArray(wanted) && (present as unknown[]).length !== wanted.length) return false;
  return Object.entries(wanted).every(([key, value]) =>
    holds((present as Record<string, unknown>)[key], value),
  );
}

/** The Gateway API's route for the requests of one Service's clients. */
export function routeObject(wanted: RouteWanted) {
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

/** The Service of an alias: it has no pods, all of its requests follow the route. */
export function aliasObject({ namespace, service, port, protocol }: RouteWanted) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service, namespace, labels: managedBy },
    spec: { type: "ClusterIP", ports: [{ name: protocol, port, protocol: "TCP" }] },
  };
}

function matchOf(match: MatchSpec, { protocol }: Pick<RouteWanted, "protocol">) {
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
