import type { TrafficBackendPlan, TrafficPlan } from "../../../planning/plan-types.ts";

/** The places of an entry of `traffic` in west: its own Service, and the mirror of east's. */
export const places = {
  local: { kind: "local", service: "web", clusters: ["west"] },
  remote: { kind: "gateway", service: "web-east", clusters: ["east"] },
} as const satisfies Record<string, Omit<TrafficBackendPlan, "weight">>;

/** An entry whose requests go to west and east by weight. */
export function plannedEntry(
  namespace: string,
  { west, east }: { readonly west: number; readonly east: number },
): TrafficPlan {
  return {
    cluster: "west",
    namespace,
    service: "web",
    port: 80,
    protocol: "http",
    alias: false,
    annotations: {},
    serviceAnnotations: {},
    rules: [
      {
        backends: [
          { ...places.local, weight: west },
          { ...places.remote, weight: east },
        ],
      },
    ],
  };
}

interface Fake {
  put(collection: string, object: { readonly metadata: { readonly name: string } }): void;
}

/** The Services that such an entry names, in west. @param services their collection */
export function putServices(west: Fake, services: string): void {
  for (const { service: name } of Object.values(places)) west.put(services, { metadata: { name } });
}
