import { limits } from "../limits.ts";

/**
 * Weights with which the first backend of a failover that has ready pods gets practically all requests. A
 * proxy skips backends without ready pods, and shares the requests by weight. The weights fall by the same
 * factor from step to step, from the largest that the API allows to 1.
 *
 * With n steps, one request in 1,000,000^(1/(n-1)) goes one step too far: one in a million with two steps, in
 * 1,000 with three, in 100 with four, in 32 with five.
 *
 * @example
 * ```ts
 * failoverWeights(3); // [1000000, 1000, 1]
 * ```
 */
export function failoverWeights(steps: number): number[] {
  if (steps === 1) return [1];
  return Array.from({ length: steps }, (_, step) =>
    Math.round(limits.routeWeight ** ((steps - 1 - step) / (steps - 1))),
  );
}
