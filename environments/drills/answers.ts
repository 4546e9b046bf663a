import { groupBy } from "../../planning/group.ts";

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

/** This many answers in a row must be as before: a single one may be a leak from step to step. */
export const steady = 20;

/** Requests don't belong to a cluster that had less than this share before: failovers leak. */
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
  const usual = usualClusters(before);
  const isUsual = (answer: Answer): boolean =>
    answer.failure === undefined && (usual.size === 0 || usual.has(answer.cluster));
  const odd = [...during, ...after].find((answer) => !isUsual(answer));
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
    back: backAfter(after, isUsual, putBack),
    failures: countBy(sorted.flatMap(({ failure }) => failure ?? [])),
  };
}

function usualClusters(before: readonly Answer[]): ReadonlySet<string | undefined> {
  const answered = before.filter(({ failure }) => failure === undefined);
  const counts = groupBy(answered, ({ cluster }) => cluster);
  return new Set(
    [...counts].flatMap(([cluster, list]) =>
      list.length >= answered.length * leastShare ? [cluster] : [],
    ),
  );
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

function backAfter(
  after: readonly Answer[],
  isUsual: (answer: Answer) => boolean,
  putBack: number,
): number | undefined {
  for (let start = 0; start + steady <= after.length; start++) {
    const next = after.slice(start, start + steady);
    const first = next[0];
    if (first !== undefined && next.every(isUsual)) return first.at + first.took - putBack;
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
