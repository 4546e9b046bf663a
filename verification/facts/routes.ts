import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import type { Condition, Metadata, Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../../linkerd/names.ts";
import {
  gatewayApiGroup,
  isAsPlanned,
  isOurs,
  neededServices,
  routeKind,
  routeKinds,
  routeName,
  routePath,
} from "../../linkerd/traffic-objects.ts";
import type { ClusterPlan, Plan, TrafficPlan } from "../../planning/plan-types.ts";
import type { RouteStatus } from "../status.ts";

interface Route {
  readonly metadata: Metadata;
  readonly spec?: { readonly parentRefs?: readonly ParentRef[] };
  readonly status?: {
    readonly parents?: readonly { readonly conditions?: readonly Condition[] }[];
  };
}

interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

/** The routes of a cluster that the topology plans, and what else decides where its requests go. */
export async function observeRoutes(
  api: KubernetesApi,
  { name, clusterDomain }: Pick<ClusterPlan, "name" | "clusterDomain">,
  { traffic }: Pick<Plan, "traffic">,
): Promise<readonly RouteStatus[]> {
  const planned = traffic.filter(({ cluster }) => cluster === name);
  return Promise.all(planned.map((wanted) => observeRoute(api, wanted, clusterDomain)));
}

async function observeRoute(
  api: KubernetesApi,
  wanted: TrafficPlan,
  clusterDomain: string,
): Promise<RouteStatus> {
  const { namespace, service, port } = wanted;
  const profile = `${service}.${namespace}.svc.${clusterDomain}`;
  const needed = neededServices(wanted);
  const [route, services, shadow, others] = await Promise.all([
    getIfThere<Route>(api, routePath(wanted)),
    Promise.all(
      needed.map((one) => getIfThere<Service>(api, corePath(namespace, "services", one))),
    ),
    getIfThere<unknown>(
      api,
      `/apis/linkerd.io/v1alpha2/namespaces/${namespace}/serviceprofiles/${profile}`,
    ),
    otherRoutes(api, wanted),
  ]);
  return {
    namespace,
    service,
    port,
    name: routeName(wanted),
    kind: routeKind(wanted).kind,
    missingServices: needed.filter((_, index) => services[index] === undefined),
    state:
      route === undefined || !isOurs(route)
        ? "missing"
        : isAsPlanned(route, wanted)
          ? "as planned"
          : "changed",
    conditions: route?.status?.parents?.flatMap(({ conditions = [] }) => conditions) ?? [],
    serviceProfile: shadow === undefined ? undefined : profile,
    otherRoutes: others,
  };
}

/** Routes of somebody else for the same port of the same Service. */
async function otherRoutes(
  api: KubernetesApi,
  { namespace, service, port }: TrafficPlan,
): Promise<readonly string[]> {
  const lists = routeKinds.map(async ({ kind, plural, groups }) => {
    const found = await Promise.all(
      groups.map((group) => routesIn(api, `/apis/${group}/namespaces/${namespace}/${plural}`)),
    );
    return found
      .flat()
      .filter((route) => !isOurs(route) && isFor(route, { namespace, service, port }))
      .map(({ metadata }) => `${kind} ${metadata.name}`);
  });
  return (await Promise.all(lists)).flat().sort();
}

async function routesIn(api: KubernetesApi, path: string): Promise<readonly Route[]> {
  try {
    return await listAll<Route>(api, path);
  } catch (error) {
    // Nothing serves the kind: there are no such routes.
    if (isNotFound(error)) return [];
    throw error;
  }
}

function isFor(
  { spec }: Route,
  { namespace, service, port }: Pick<TrafficPlan, "namespace" | "service" | "port">,
): boolean {
  return (spec?.parentRefs ?? []).some(
    (parent) =>
      (parent.group ?? gatewayApiGroup) === "" &&
      parent.kind === "Service" &&
      parent.name === service &&
      (parent.namespace ?? namespace) === namespace &&
      (parent.port ?? port) === port,
  );
}
