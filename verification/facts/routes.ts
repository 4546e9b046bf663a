import type { KubernetesApi } from "../../kubernetes/api.ts";
import { getIfThere, listIfServed } from "../../kubernetes/optional.ts";
import { lookAtRoute, type Route } from "../../linkerd/signals/route.ts";
import { gatewayApiGroup, isOurs, routeKinds, routeName } from "../../linkerd/traffic-objects.ts";
import type { ClusterPlan, Plan, TrafficPlan } from "../../planning/plan-types.ts";
import type { RouteStatus } from "../status.ts";

/** The planned routes of a cluster, and what else decides where its requests go. */
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
  const [{ route, ...look }, shadow, others] = await Promise.all([
    lookAtRoute(api, wanted),
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
    kind: routeKinds[wanted.protocol].kind,
    ...look,
    conditions: route?.status?.parents?.flatMap(({ conditions = [] }) => conditions) ?? [],
    serviceProfile: shadow === undefined ? undefined : profile,
    otherRoutes: others,
  };
}

/** Other people's routes for the same port of the same Service. */
async function otherRoutes(
  api: KubernetesApi,
  { namespace, service, port }: TrafficPlan,
): Promise<readonly string[]> {
  const lists = Object.values(routeKinds).map(async ({ kind, plural, groups }) => {
    const found = await Promise.all(
      groups.map((group) =>
        listIfServed<Route>(api, `/apis/${group}/namespaces/${namespace}/${plural}`),
      ),
    );
    return found
      .flat()
      .filter((route) => !isOurs(route) && isFor(route, { namespace, service, port }))
      .map(({ metadata }) => `${kind} ${metadata.name}`);
  });
  return (await Promise.all(lists)).flat().sort();
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
