import { groupBy } from "../../planning/group.ts";
import { fairRange } from "../../verification/traffic/fair-range.ts";

/** The result of one request. */
export interface Answer {
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  /** How long it took, in milliseconds. */
  readonly took: number;
  /** Why it counts as failed. Undefined: it was answered. */
  readonly failure: string | undefined;
  /** The cluster that answered. Undefined: none, or unknown. */
  readonly cluster: string | undefined;
}

/** When a drill took something away, and when it was back, in milliseconds since 1970. */
export interface Moments {
  readonly began: number;
  readonly taken: number;
  readonly putBack: number;
  readonly ended: number;
}

export const phases = ["before", "during", "after"] as const;
export type PhaseName = (typeof phases)[number];

/** The results of one phase's requests. */
export interface PhaseSummary {
  readonly requests: number;
  readonly failed: number;
  /** Cluster → the number of requests that it answered. */
  readonly clusters: Readonly<Record<string, number>>;
}

/** The results of all requests. Times are in milliseconds. */
export interface AnswersSummary extends Readonly<Record<PhaseName, PhaseSummary>> {
  readonly requests: number;
  readonly failed: number;
  /** Longest time without an answer, from the taking to the end. */
  readonly longestGap: number;
  /** From the taking to the first request that failed, or that another cluster answered than before. */
  readonly noticed: number | undefined;
  /** From the taking to the first answer after the last failure before the putting back. 0: none failed. */
  readonly answeredAgain: number | undefined;
  /** From the putting back until the same clusters answer as before, and nothing fails. */
  readonly back: number | undefined;
  /** Each reason for failures, with its number. */
  readonly failures: Readonly<Record<string, number>>;
}

/** So many answers in a row must be as before: a single one may be a leak from step to step. */
export const steady = 20;

/** A cluster with a smaller share of the answers before is none that answers usually: failovers leak. */
const leastShare = 0.05;

/** Sums up the answers to one question. */
export function summarize(
  answers: readonly Answer[],
  { taken, putBack, ended }: Moments,
): AnswersSummary {
  const sorted = answers.toSorted((one, other) => one.at - other.at);
  const before = sorted.filter(({ at }) => at < taken);
  const during = sorted.filter(({ at }) => at >= taken && at < putBack);
  const after = sorted.filter(({ at }) => at >= putBack);
  const usual = new Usual(before);
  const rest = [...during, ...after];
  const odd = rest.find((_, index) => !usual.isUsual(rest.slice(index, index + steady)));
  const lastFailed = during.findLastIndex(({ failure }) => failure !== undefined);
  const answered = during.slice(lastFailed + 1)[0];
  return {
    before: phaseOf(before),
    during: phaseOf(during),
    after: phaseOf(after),
    requests: sorted.length,
    failed: sorted.filter(({ failure }) => failure !== undefined).length,
    longestGap: longestGap(sorted, taken, ended),
    noticed: odd && odd.at + odd.took - taken,
    answeredAgain: lastFailed < 0 ? 0 : answered && answered.at + answered.took - taken,
    back: backAfter(after, usual, putBack),
    failures: countBy(sorted.flatMap(({ failure }) => failure ?? [])),
  };
}

/** Who answered before, and how often. */
class Usual {
  readonly #shares: ReadonlyMap<string | undefined, number>;

  constructor(before: readonly Answer[]) {
    const answered = before.filter(({ failure }) => failure === undefined);
    const counts = groupBy(answered, ({ cluster }) => cluster);
    this.#shares = new Map(
      [...counts].map(([cluster, list]) => [cluster, list.length / answered.length]),
    );
  }

  /**
   * Whether some answers in a row begin like those before: the first one isn't a failure, and its cluster
   * answered before. One that seldom did, such as a member of a federated Service far away or a leak of a
   * failover, may not answer more of them than chance explains.
   */
  isUsual(answers: readonly Answer[]): boolean {
    const [first] = answers;
    if (first === undefined || first.failure !== undefined) return false;
    if (this.#shares.size === 0) return true;
    const share = this.#shares.get(first.cluster);
    if (share === undefined) return false;
    return share >= leastShare || this.#isFair(answers, first.cluster, share);
  }

  /** Whether all of some answers in a row are as before, and the first one is of a cluster that often answers. */
  areUsual(answers: readonly Answer[]): boolean {
    if (answers.some(({ failure }) => failure !== undefined)) return false;
    if (this.#shares.size === 0) return true;
    const seldom = [...this.#shares].filter(([, share]) => share < leastShare);
    const isSeldom = (cluster: string | undefined): boolean =>
      seldom.length < this.#shares.size && seldom.some(([name]) => name === cluster);
    return (
      answers.every(({ cluster }) => this.#shares.has(cluster)) &&
      !isSeldom(answers[0]?.cluster) &&
      seldom.every(([cluster, share]) => this.#isFair(answers, cluster, share))
    );
  }

  #isFair(answers: readonly Answer[], cluster: string | undefined, share: number): boolean {
    const [, most] = fairRange(answers.length, share);
    return answers.filter((one) => one.cluster === cluster).length <= most;
  }
}

function phaseOf(answers: readonly Answer[]): PhaseSummary {
  const answered = answers.filter(({ failure }) => failure === undefined);
  return {
    requests: answers.length,
    failed: answers.length - answered.length,
    clusters: countBy(answered.map(({ cluster = "unknown" }) => cluster)),
  };
}

function longestGap(answers: readonly Answer[], taken: number, ended: number): number {
  const times = answers
    .filter(({ failure }) => failure === undefined)
    .map(({ at, took }) => at + took)
    .toSorted((one, other) => one - other);
  // An answer before the taking says nothing about a wait that the drill caused.
  let last = taken;
  let longest = 0;
  for (const time of [...times.filter((one) => one > taken && one < ended), ended]) {
    longest = Math.max(longest, time - last);
    last = time;
  }
  return longest;
}

function backAfter(after: readonly Answer[], usual: Usual, putBack: number): number | undefined {
  for (let start = 0; start + steady <= after.length; start++) {
    const next = after.slice(start, start + steady);
    const [first] = next;
    if (first !== undefined && usual.areUsual(next)) return first.at + first.took - putBack;
  }
  return undefined;
}

function countBy(words: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...groupBy(words, (word) => word)].map(([word, list]) => [word, list.length]),
  );
}

/** Limits that a person sets. */
export interface DrillLimits {
  readonly maxFailed?: number | undefined;
  /** Milliseconds. */
  readonly maxGap?: number | undefined;
}

/** What exceeds the limits of one question, in words. A question without requests is no success. */
export function exceeded(
  { requests, failed, longestGap: gap }: AnswersSummary,
  { maxFailed, maxGap }: DrillLimits,
): readonly string[] {
  if (maxFailed === undefined && maxGap === undefined) return [];
  if (requests === 0) return ["no request was sent: the limits can't be judged"];
  return [
    ...(maxFailed !== undefined && failed > maxFailed
      ? [`${failed} of ${requests} requests failed; the limit is ${maxFailed}`]
      : []),
    ...(maxGap !== undefined && gap > maxGap
      ? [`${(gap / 1000).toFixed(1)} s without an answer; the limit is ${maxGap / 1000} s`]
      : []),
  ];
}
