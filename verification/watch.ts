import { setTimeout } from "node:timers/promises";
import type { CheckResult } from "./checks/check.ts";
import type { Mesh } from "./observe.ts";
import { exhaustiveCatalogue, thoroughCatalogue } from "./checks/thorough.ts";
import type { ThoroughCatalogue } from "./checks/thorough.ts";
import { type Verification, verify, type VerifyOptions } from "./verify.ts";

/** A check whose result differs from the round before. */
export interface Change {
  /** ISO 8601: when the round that saw it began. */
  readonly at: string;
  /** Undefined if the check wasn't run before. */
  readonly before: CheckResult | undefined;
  /** Undefined if the check is no longer run. */
  readonly after: CheckResult | undefined;
}

/** One round of {@link watchVerification}. */
export interface Round {
  /** Starts at 1. */
  readonly number: number;
  /** Results that a round doesn't check are from the last round that checked them. */
  readonly verification: Verification;
  readonly sentTraffic: boolean;
  /** Compared with the round before; empty in the first. */
  readonly changes: readonly Change[];
}

/** Options of {@link watchVerification}. */
export interface WatchOptions extends Omit<VerifyOptions, "limit"> {
  /** Pause between two rounds, in milliseconds; a function is asked after each round. @default 10000 */
  readonly interval?: (number | (() => number)) | undefined;
  /**
   * The first round and every round after this many sends traffic and checks rights, because the one creates
   * workloads and the other tokens. @default 6
   */
  readonly trafficEvery?: number | undefined;
  /** The first round and every round after this many runs the checks that only `verify` has. @default 1 */
  readonly thoroughEvery?: number | undefined;
  /** The next round waits for a promise that it returns. */
  readonly onRound: (round: Round) => unknown;
}

/**
 * Verifies again and again until the signal is aborted, which is no error.
 *
 * @returns the last finished round; undefined if there was none
 * @example
 * ```ts
 * await watchVerification(mesh, { signal, onRound: (round) => console.log(renderRound(round)) });
 * ```
 */
export async function watchVerification(
  mesh: Mesh,
  options: WatchOptions,
): Promise<Round | undefined> {
  const { interval = 10_000, trafficEvery = 6, thoroughEvery = 1, onRound, ...rest } = options;
  let last: Round | undefined;
  let kept: readonly CheckResult[] = [];
  try {
    for (let number = 1; ; number += 1) {
      const isFull = (number - 1) % trafficEvery === 0;
      const isThorough = (number - 1) % thoroughEvery === 0;
      const sendsTraffic = options.traffic !== false && isFull;
      // It doesn't wait for what may recover: a watcher wants to see the moment.
      const seen = await verify(mesh, {
        ...rest,
        limit: 0,
        traffic: sendsTraffic,
        rights: rest.rights !== false && isFull,
        thorough: isThorough,
      });
      const asked = (result: CheckResult): boolean =>
        isOfFull(result) ? isFull : isThorough || !isOf(thoroughCatalogue, result);
      const results = [...seen.results, ...kept.filter((result) => !asked(result))];
      kept = results;
      const proved = results.every(({ state }) => state !== "failed");
      const changes =
        last === undefined ? [] : changesOf(last.verification.results, results, seen.startedAt);
      const verification = { ...seen, results, proved };
      last = { number, verification, sentTraffic: sendsTraffic, changes };
      await onRound(last);
      const pause = typeof interval === "number" ? interval : interval();
      await setTimeout(pause, undefined, options.signal && { signal: options.signal });
    }
  } catch (error) {
    if (options.signal?.aborted === true) return last;
    throw error;
  }
}

/** Results of the rounds that send traffic. */
function isOfFull(result: CheckResult): boolean {
  return result.group === "traffic" || isOf(exhaustiveCatalogue, result);
}

function isOf({ cluster, link }: ThoroughCatalogue, { check }: CheckResult): boolean {
  return [...cluster, ...link].some(({ id }) => id === check);
}

/**
 * Details such as latencies change all the time. A change is another state, another reason for a failure, or
 * another notice.
 */
function changesOf(
  before: readonly CheckResult[],
  after: readonly CheckResult[],
  at: string,
): readonly Change[] {
  const keyOf = ({ check, subject }: CheckResult): string => `${check} ${subject}`;
  const old = new Map(before.map((result) => [keyOf(result), result]));
  const current = new Map(after.map((result) => [keyOf(result), result]));
  const ends = (result: CheckResult | undefined): string =>
    [result?.state, result?.state === "failed" ? result.problem : "", result?.notice].join(" ");
  return [...new Set([...old.keys(), ...current.keys()])]
    .map((key) => ({ at, before: old.get(key), after: current.get(key) }))
    .filter((change) => ends(change.before) !== ends(change.after));
}
