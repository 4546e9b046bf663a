import type { Asked } from "./asked.ts";
import { servicePort } from "./objects.ts";
import type { Route } from "./probe-plan.ts";
import type { Scene } from "./scene.ts";
import { planIn } from "./scene.ts";

/** A request to what a route leads to. */
export function requestOf(
  scene: Pick<Scene, "plan" | "namespace">,
  { source, host, kind }: Pick<Route, "source" | "host" | "kind">,
  path: string,
): Asked {
  return {
    url: `http://${hostIn(scene, source, host)}:${servicePort(kind === "headless")}${path}`,
  };
}

/** The Service of a route as linkerd-destination is asked for it. */
export function authorityOf(
  scene: Pick<Scene, "plan" | "namespace">,
  { source, mirror, kind }: Pick<Route, "source" | "mirror" | "kind">,
): string {
  return `${hostIn(scene, source, mirror)}:${servicePort(kind === "headless")}`;
}

/** Mirrors are Services of the source: they go by its domain, whatever the target's is. */
function hostIn(
  { plan, namespace }: Pick<Scene, "plan" | "namespace">,
  source: string,
  host: string,
): string {
  return `${host}.${namespace}.svc.${planIn(plan, source).clusterDomain}`;
}
