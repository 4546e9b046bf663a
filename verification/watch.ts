import { setTimeout } from "node:timers/promises";
import type { CheckResult } from "./checks/check.ts";
import type { Mesh } from "./observe.ts";
import { exhaustiveCatalogue } from "./checks/thorough.ts";
import { verify } from "./verify.ts";
import type { Verification, VerifyOptions } from "./verify.ts";

/** A check of which another thing was found than in the round before. */
export interface Change {
  /** ISO 8601: when the round began that saw it. */
  readonly at: string;
  /** Undefined where the check wasn't asked before. */
  readonly before: CheckResult | undefined;
  /** Undefined where the check isn't asked any more. */
  readonly after: CheckResult | undefined;
}

/** One round of {@link watchVerification}. */
export interface Round {
  /** From 1. */
  readonly number: number;
  /** Results of traffic, and of accounts' rights, stand from the last round that asked for them. */
  readonly verification: Verification;
  readonly sentTraffic: boolean;
  /** Against the round before; empty in the first. */
  readonly changes: readonly Change[];
}

/** What may be given to {@link watchVerification}. */
export interface WatchOptions extends Omit<VerifyOptions, "limit"> {
  /** From the end of a round to the next, in milliseconds. @default 10000 */
  readonly interval?: number;
  /**
   * Traffic is sent, and rights are asked after, in the first round and in every so manieth after it: the one
   * makes workloads, the other tokens. @default 6
   */
  readonly trafficEvery?: number;
  readonly onRound: (round: Round) => void;
}

/**
 * Verifies again and again until the signal is aborted, which is no error.
 *
 * @returns the last round that was finished; undefined where there was none
 * @example
 * ```ts
 * await watchVerification(mesh, { signal, onRound: (round) => console.log(renderRound(round)) });
 * ```
 */
export async function watchVerification(
  mesh: Mesh,
  options: WatchOptions,
): Promise<Round | undefined> {
  const { interval = 10_000, trafficEvery = 6, onRound, ...rest } = options;
  let last: Round | undefined;
  let kept: readonly CheckResult[] = [];
  try {
    for (let number = 1; ; number += 1) {
      const isFull = (number - 1) % trafficEvery === 0;
      const sendsTraffic = options.traffic !== false && isFull;
      // Not waiting for what may pass: that it isn't so at the moment is what a watcher wants to see.
      const seen = await verify(mesh, {
        ...rest,
        limit: 0,
        traffic: sendsTraffic,
        rights: rest.rights !== false && isFull,
      });
      if (isFull) kept = seen.results.filter(isKept);
      const results = isFull ? seen.results : [...seen.results, ...kept];
      const proved = results.every(({ state }) => state !== "failed");
      const changes =
        last === undefined ? [] : changesOf(last.verification.results, results, seen.startedAt);
      const verification = { ...seen, results, proved };
      last = { number, verification, sentTraffic: sendsTraffic, changes };
      onRound(last);
      await setTimeout(interval, undefined, options.signal && { signal: options.signal });
    }
  } catch (error) {
    if (options.signal?.aborted === true) return last;
    throw error;
  }
}

/** What isn't asked in every round. */
function isKept({ check, group }: CheckResult): boolean {
  return group === "traffic" || exhaustiveCatalogue.link.some(({ id }) => id === check);
}

/** Details such as a latency change all the time: only how a check ended counts, why it failed, and notices. */
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
