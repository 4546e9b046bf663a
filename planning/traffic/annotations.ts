import { defaults } from "../defaults.ts";
import type { TrafficSpec } from "../topology.ts";

/** The annotations of a route for Linkerd: retries and timeouts. Their values are text, numbers too. */
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

/** The annotations for Linkerd on the Service that clients call. */
export function serviceAnnotationsOf({ circuitBreaking }: TrafficSpec): Record<string, string> {
  if (circuitBreaking === undefined) return {};
  const { maxFailures, minPenalty, maxPenalty, jitterRatio } = {
    ...defaults.circuitBreaking,
    ...circuitBreaking,
  };
  return {
    [failureAccrual]: "consecutive",
    [`${failureAccrual}-consecutive-max-failures`]: String(maxFailures),
    [`${failureAccrual}-consecutive-min-penalty`]: minPenalty,
    [`${failureAccrual}-consecutive-max-penalty`]: maxPenalty,
    [`${failureAccrual}-consecutive-jitter-ratio`]: String(jitterRatio),
  };
}

/** Prefix of the annotations of a Service that control Linkerd's circuit breaking. */
export const failureAccrual = "balancer.linkerd.io/failure-accrual";

/** Whether requests go elsewhere when a backend has no ready pods. */
export function hasFailover({ failover, routes = [] }: TrafficSpec): boolean {
  return failover !== undefined || routes.some((route) => route.failover !== undefined);
}
