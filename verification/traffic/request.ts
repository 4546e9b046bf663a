import type { Asked } from "./ask.ts";
import { hostOf } from "./names.ts";
import { servicePort } from "./objects.ts";
import type { Route } from "./probe-plan.ts";
import type { Scene } from "./scene.ts";

/** A request to what a route leads to. */
export function requestOf(
  { namespace }: Pick<Scene, "namespace">,
  { host, kind }: Pick<Route, "host" | "kind">,
  path: string,
): Asked {
  return { url: `http://${hostOf(host, namespace)}:${servicePort(kind === "headless")}${path}` };
}

/** The Service of a route as linkerd-destination is asked for it. */
export function authorityOf(
  { namespace }: Pick<Scene, "namespace">,
  { mirror, kind }: Pick<Route, "mirror" | "kind">,
): string {
  return `${hostOf(mirror, namespace)}:${servicePort(kind === "headless")}`;
}
