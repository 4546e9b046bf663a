import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Condition, Metadata, Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../names.ts";
import { whyNotReached, whyNotRouted } from "../routable.ts";
import { backendServices, isAsPlanned, isOurs, routePath } from "../traffic-objects.ts";
import type { RoutePlan } from "../../planning/plan-types.ts";

/** A route as the API server returns it. */
export interface Route {
  readonly metadata: Metadata;
  readonly spec?: { readonly parentRefs?: readonly ParentRef[] };
  readonly status?: {
    readonly parents?: readonly { readonly conditions?: readonly Condition[] }[];
  };
}

export interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

export interface RouteLook extends ServicesLook {
  /** Somebody else's route of this name counts as missing. */
  readonly state: "as planned" | "changed" | "missing";
  readonly route: Route | undefined;
}

/** The Services of a route as they are in the cluster. */
export interface ServicesLook {
  /** Missing Services that the route needs, without the alias' own. */
  readonly missingServices: readonly string[];
  /** Services with which Linkerd can't do what is planned, each with the reason. */
  readonly unfitServices: readonly string[];
  /**
   * The Service of an alias exists, and the one that clients call has its annotations for circuit breaking.
   */
  readonly serviceAsPlanned: boolean;
}

/** How a route differs from the planned one. */
export async function lookAtRoute(api: KubernetesApi, wanted: RoutePlan): Promise<RouteLook> {
  const [services, route] = await Promise.all([
    lookAtServices(api, wanted),
    getIfThere<Route>(api, routePath(wanted)),
  ]);
  const isThere = route !== undefined && isOurs(route);
  const state = !isThere ? "missing" : isAsPlanned(route, wanted) ? "as planned" : "changed";
  return { ...services, state, route };
}

/** Which Services are missing, for example with their namespace, or unfit. */
export async function lookAtServices(api: KubernetesApi, wanted: RoutePlan): Promise<ServicesLook> {
  const { namespace, service, alias } = wanted;
  const names = [service, ...backendServices(wanted)];
  const found = new Map(
    await Promise.all(
      names.map(async (name) => {
        const path = corePath(namespace, "services", name);
        return [name, await getIfThere<Service>(api, path)] as const;
      }),
    ),
  );
  const parent = found.get(service);
  return {
    missingServices: names.filter(
      (name) => found.get(name) === undefined && !(alias && name === service),
    ),
    unfitServices: names.flatMap((name) => {
      const one = found.get(name);
      const why = one && (name === service ? whyNotRouted : whyNotReached)(one, wanted);
      return why === undefined ? [] : [`Service ${namespace}/${name} ${why}`];
    }),
    serviceAsPlanned: parent === undefined ? !alias : hasAnnotations(parent, wanted),
  };
}

/** Whether a Service has the planned settings for circuit breaking. Other settings belong to others. */
function hasAnnotations({ metadata }: Service, { serviceAnnotations }: RoutePlan): boolean {
  const { annotations = {} } = metadata;
  return Object.entries(serviceAnnotations).every(([key, value]) => annotations[key] === value);
}
