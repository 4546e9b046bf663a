import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import type { LimitFunction } from "p-limit";

/**
 * How much runs at once. The rest waits for its turn, and its time limit begins only then: a slow machine
 * makes a verification slow, but fails no check.
 */
export interface Lanes {
  /** Requests to API servers. */
  readonly requests: LimitFunction;
  /** Commands in pods and port-forwards. Each starts processes on a node. */
  readonly sessions: LimitFunction;
  /** Clusters in which pods are started or asked at the same time. */
  readonly clusters: LimitFunction;
}

/** How many requests a verification sends at once: kind's clusters run on this machine. */
export function defaultConcurrency(): number {
  return 4 * availableParallelism();
}

/** @param concurrency how many requests may run at once, over all clusters that share the lanes */
export function lanesFor(concurrency: number): Lanes {
  const share = (part: number): LimitFunction =>
    pLimit(Math.max(1, Math.floor(concurrency / part)));
  return { requests: share(1), sessions: share(4), clusters: share(2) };
}

/** For one cluster that shares its lanes with no other. */
export function ownLanes(): Lanes {
  const few = 8;
  return { requests: pLimit(few), sessions: pLimit(few), clusters: pLimit(few) };
}
