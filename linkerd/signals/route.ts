import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Condition, Metadata, Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../names.ts";
import { isAsPlanned, isOurs, neededServices, routePath } from "../traffic-objects.ts";
import type { RouteWanted } from "../traffic-objects.ts";

/** A route as the API server has it. */
export interface Route {
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

export interface RouteLook {
  /** Services that the route needs, and that are not there. */
  readonly missingServices: readonly string[];
  /** A route of somebody else by the name counts as missing. */
  readonly state: "as planned" | "changed" | "missing";
  readonly route: Route | undefined;
}

/** How far a route is as wanted. */
export async function lookAtRoute(api: KubernetesApi, wanted: RouteWanted): Promise<RouteLook> {
  const [missingServices, route] = await Promise.all([
    servicesMissing(api, wanted),
    getIfThere<Route>(api, routePath(wanted)),
  ]);
  const isThere = route !== undefined && isOurs(route);
  const state = !isThere ? "missing" : isAsPlanned(route, wanted) ? "as planned" : "changed";
  return { missingServices, state, route };
}

/** Services that a route needs and that aren't there, those of a missing namespace among them. */
export async function servicesMissing(
  api: KubernetesApi,
  wanted: RouteWanted,
): Promise<readonly string[]> {
  const needed = neededServices(wanted);
  const found = await Promise.all(
    needed.map((name) => getIfThere<Service>(api, corePath(wanted.namespace, "services", name))),
  );
  return needed.filter((_, index) => found[index] === undefined);
}
