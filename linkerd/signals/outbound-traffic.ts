import { parseMetrics } from "../../kubernetes/metrics.ts";

/** Answers that a proxy got for requests of its pod, since it started. */
export interface OutboundCounters {
  /** The Service that was called, such as `web.shop.svc.cluster.local:80`; empty where the proxy doesn't tell. */
  readonly authority: string;
  /** Name of the Link, where the request went through a gateway. */
  readonly link: string | undefined;
  /** Address that it was sent to: a pod's, or a gateway's. */
  readonly address: string | undefined;
  readonly success: number;
  readonly failure: number;
  /** Sorted; each holds the answers that took at most so many milliseconds. */
  readonly latency: readonly LatencyBucket[];
}

export interface LatencyBucket {
  /** Milliseconds; the last one is infinite. */
  readonly upTo: number;
  readonly count: number;
}

const wanted = /^response_(?:total|latency_ms_bucket)\{[^\n]*direction="outbound"[^\n]*$/gm;

/**
 * Reads what a proxy's metrics say about the requests that it sent, by whom they were sent to.
 *
 * @param text what a proxy serves at `/metrics`
 */
export function outboundCounters(text: string): readonly OutboundCounters[] {
  // A proxy has thousands of lines: only those that count are taken apart.
  return countersOf(parseMetrics((text.match(wanted) ?? []).join("\n")));
}

/** A number of answers, or of those that took no longer than its label `le` says. */
interface Counted {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Adds up what was counted of `response_total` and `response_latency_ms_bucket`, by whom requests were sent to. */
export function countersOf(samples: Iterable<Counted>): readonly OutboundCounters[] {
  const found = new Map<string, Counting>();
  for (const { labels, value } of samples) {
    const { authority = "", dst_target_cluster: link, target_ip, target_addr, le } = labels;
    const address = target_ip ?? target_addr?.replace(/:\d+$/, "");
    const key = keyOf({ authority, link, address });
    const one: Counting = found.get(key) ?? {
      ...{ authority, link, address },
      success: 0,
      failure: 0,
      le: new Map(),
    };
    found.set(key, one);
    if (le === undefined) {
      if (labels["classification"] === "failure") one.failure += value;
      else one.success += value;
    } else {
      const upTo = le === "+Inf" ? Infinity : Number(le);
      one.le.set(upTo, (one.le.get(upTo) ?? 0) + value);
    }
  }
  return [...found.values()].map(({ le, ...one }) => ({ ...one, latency: bucketsOf(le) }));
}

interface Counting {
  readonly authority: string;
  readonly link: string | undefined;
  readonly address: string | undefined;
  success: number;
  failure: number;
  readonly le: Map<number, number>;
}

function bucketsOf(counts: ReadonlyMap<number, number>): readonly LatencyBucket[] {
  return [...counts]
    .map(([upTo, count]) => ({ upTo, count }))
    .sort((one, other) => one.upTo - other.upTo);
}

/**
 * What a proxy counted between two looks. A proxy that was restarted counts from nothing.
 *
 * @param before undefined: it was not looked at, so that nothing is known
 */
export function increaseOf(
  before: readonly OutboundCounters[] | undefined,
  after: readonly OutboundCounters[],
): readonly OutboundCounters[] {
  if (before === undefined) return [];
  const old = new Map(before.map((one) => [keyOf(one), one]));
  return after.flatMap((now) => {
    const then = old.get(keyOf(now));
    const restarted = then !== undefined && totalOf(now) < totalOf(then);
    if (then === undefined || restarted) return totalOf(now) > 0 ? [now] : [];
    if (totalOf(now) === totalOf(then)) return [];
    const counts = new Map(then.latency.map(({ upTo, count }) => [upTo, count]));
    return [
      {
        ...now,
        success: Math.max(0, now.success - then.success),
        failure: Math.max(0, now.failure - then.failure),
        latency: now.latency.map(({ upTo, count }) => ({
          upTo,
          count: Math.max(0, count - (counts.get(upTo) ?? 0)),
        })),
      },
    ];
  });
}

/** Counters of several proxies, or of several addresses, as one. */
export function sumOf(
  all: readonly OutboundCounters[],
): Pick<OutboundCounters, "success" | "failure" | "latency"> {
  const counts = new Map<number, number>();
  for (const { upTo, count } of all.flatMap(({ latency }) => latency)) {
    counts.set(upTo, (counts.get(upTo) ?? 0) + count);
  }
  return {
    success: all.reduce((sum, { success }) => sum + success, 0),
    failure: all.reduce((sum, { failure }) => sum + failure, 0),
    latency: bucketsOf(counts),
  };
}

/**
 * The time within which a part of all answers came, in milliseconds: straight between the limits of its bucket,
 * as Prometheus does it.
 *
 * @param part such as 0.95
 * @returns undefined without answers
 */
export function quantileOf(latency: readonly LatencyBucket[], part: number): number | undefined {
  const total = latency.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = part * total;
  const index = latency.findIndex(({ count }) => count >= rank);
  const bucket = latency[index];
  if (bucket === undefined) return undefined;
  const below = latency[index - 1] ?? { upTo: 0, count: 0 };
  // Of the last one only its beginning is known.
  if (bucket.upTo === Infinity) return below.upTo;
  const inside = bucket.count - below.count;
  const share = inside === 0 ? 1 : (rank - below.count) / inside;
  return below.upTo + (bucket.upTo - below.upTo) * share;
}

function totalOf({ success, failure }: Pick<OutboundCounters, "success" | "failure">): number {
  return success + failure;
}

function keyOf({
  authority,
  link,
  address,
}: Pick<OutboundCounters, "authority" | "link" | "address">): string {
  return JSON.stringify([authority, link, address]);
}
