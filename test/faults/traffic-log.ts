import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../e2e/probe.ts";

/** What a client that asks all the time was answered. */
export interface TrafficSummary {
  readonly requests: number;
  readonly failures: number;
  /** Longest time between two answers, in milliseconds, where one failed in between. */
  readonly longestGap: number;
  /** Milliseconds from the beginning to the first request after the last failure that was answered. */
  readonly lastGap: number | undefined;
}

/** How often it asks, in milliseconds. */
const pause = 250;

/** A client in the source that asks one URL again and again, and notes how that went. */
export class TrafficLog {
  readonly #answers: { readonly at: number; readonly ok: boolean }[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(probe: Probe, url: string) {
    this.#done = this.#ask(probe, url);
  }

  /** @param started as `performance.now()` gave it */
  async end(started: number): Promise<TrafficSummary> {
    this.#stop.abort();
    await this.#done;
    let lastOk = started;
    let longestGap = 0;
    let failing = false;
    let lastGap: number | undefined;
    for (const { at, ok } of this.#answers) {
      if (!ok) {
        failing = true;
        continue;
      }
      if (failing) {
        longestGap = Math.max(longestGap, at - lastOk);
        lastGap = at - started;
      }
      failing = false;
      lastOk = at;
    }
    if (failing) longestGap = Math.max(longestGap, performance.now() - lastOk);
    return {
      requests: this.#answers.length,
      failures: this.#answers.filter(({ ok }) => !ok).length,
      longestGap,
      lastGap: failing ? undefined : lastGap,
    };
  }

  async #ask(probe: Probe, url: string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const answer = await probe.ask(url).catch(() => undefined);
      this.#answers.push({ at: performance.now(), ok: answer?.status === 200 });
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
