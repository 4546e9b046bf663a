import { countersOf, type OutboundCounters } from "./outbound-traffic.ts";

/** An element of the answer to a query to Prometheus. */
export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  /** The time, and the value as text. */
  readonly value: readonly [number, string];
}

/** Labels by which a request's Service and who answered it are told. */
const told = "authority, dst_target_cluster, target_ip, target_addr";

/**
 * Asks a Prometheus that reads Linkerd's proxies for what {@link collectedCounters} reads.
 *
 * @param selector of series, such as `cluster="west", namespace="shop"`
 * @param seconds over which answers are counted, up to now
 */
export function trafficQuery(selector: string, seconds: number): string {
  const increase = (metric: string): string =>
    `increase(${metric}{direction="outbound", ${selector}}[${seconds}s])`;
  return (
    `sum by (${told}, classification) (${increase("response_total")}) or ` +
    `sum by (${told}, le) (${increase("response_latency_ms_bucket")})`
  );
}

/** What the proxies counted, by the answer to {@link trafficQuery}. Prometheus extrapolates: counts may be broken. */
export function collectedCounters(
  samples: readonly PrometheusSample[],
): readonly OutboundCounters[] {
  const counters = countersOf(
    samples.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) })),
  );
  return counters.filter(({ success, failure }) => success + failure > 0);
}

/** A matcher of a label in a query. */
export function oneOf(label: string, values: readonly string[]): string {
  return `${label}=~${JSON.stringify(values.map(escaped).join("|"))}`;
}

/** The opposite of {@link oneOf}. */
export function noneOf(label: string, values: readonly string[]): string {
  return oneOf(label, values).replace("=~", "!~");
}

function escaped(text: string): string {
  return text.replace(/[^\w-]/g, String.raw`\$&`);
}
