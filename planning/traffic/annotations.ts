import { defaults } from "../defaults.ts";
import type { TrafficSpec } from "../topology.ts";

/** What Linkerd reads of a route's annotations: retries and time limits. They are text, numbers too. */
export function annotationsOf(entry: TrafficSpec): Record<string, string> {
  const { protocol = defaults.trafficProtocol, retry, timeout } = entry;
  const limit = retry?.limit ?? (hasFailover(entry) ? defaults.failoverRetries : 0);
  return {
    ...(limit > 0 && {
      [`retry.linkerd.io/${protocol}`]: retry?.when ?? defaults.retryOn[protocol],
      "retry.linkerd.io/limit": String(limit),
      ...(retry?.timeout !== undefined && { "retry.linkerd.io/timeout": retry.timeout }),
    }),
    ...(timeout !== undefined && { "timeout.linkerd.io/request": timeout }),
  };
}

/** Whether requests go elsewhere when a place has no ready pods. */
export function hasFailover({ failover, routes = [] }: TrafficSpec): boolean {
  return failover !== undefined || routes.some((route) => route.failover !== undefined);
}
