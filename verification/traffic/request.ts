import type { Asked } from "./asked.ts";
import { servicePort } from "./objects.ts";
import type { Route } from "./probe-plan.ts";
import { planIn, type ProbeContext } from "./probe-context.ts";

export function requestOf(
  context: Pick<ProbeContext, "plan" | "namespace">,
  { source, host, kind }: Pick<Route, "source" | "host" | "kind">,
  path: string,
  port = servicePort(kind === "headless"),
): Asked {
  return { url: `http://${hostIn(context, source, host)}:${port}${path}` };
}

/** The Service of a route, as the question to linkerd-destination names it. */
export function authorityOf(
  context: Pick<ProbeContext, "plan" | "namespace">,
  { source, mirror, kind }: Pick<Route, "source" | "mirror" | "kind">,
): string {
  return `${hostIn(context, source, mirror)}:${servicePort(kind === "headless")}`;
}

/** Mirrors are Services of the source, so they have its domain, whatever the target's is. */
function hostIn(
  { plan, namespace }: Pick<ProbeContext, "plan" | "namespace">,
  source: string,
  host: string,
): string {
  return `${host}.${namespace}.svc.${planIn(plan, source).clusterDomain}`;
}
