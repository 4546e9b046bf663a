import { defaults } from "../defaults.ts";
import type { TrafficSpec } from "../topology.ts";

/** The annotations of a route for Linkerd: retries and timeouts. Their values are text, numbers too. */
export function annotationsOf(entry: TrafficSpec): Record<string, string> {
  const { protocol = defaults.trafficProtocol, retry, timeout } = entry;
  const failsOver = hasFailover(entry);
  const limit = retry?.limit ?? (failsOver ? defaults.failoverRetries : 0);
  const tryTimeout = retry?.timeout ?? (failsOver ? defaults.failoverTryTimeout : undefined);
  return {
    ...(limit > 0 && {
      [`retry.linkerd.io/${protocol}`]: retry?.when ?? defaults.retryOn[protocol],
      "retry.linkerd.io/limit": String(limit),
      ...(tryTimeout !== undefined && { "retry.linkerd.io/timeout": tryTimeout }),
    }),
    ...(timeout !== undefined && { "timeout.linkerd.io/request": timeout }),
  };
}

/** The annotations for Linkerd on the Service that clients call. */
export function serviceAnnotationsOf(entry: TrafficSpec): Record<string, string> {
  const { circuitBreaking } = entry;
  const enabled = circuitBreaking === undefined ? hasFailover(entry) : circuitBreaking.enabled;
  if (enabled === false) return {};
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
