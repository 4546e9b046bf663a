import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "./errors.ts";

export interface WaitOptions {
  /** What is awaited, as it reads after "waited 120 s for". */
  readonly awaited: string;
  /** Milliseconds. */
  readonly limit: number;
  /** Between two probes, in milliseconds. @default 250 */
  readonly interval?: number;
  readonly signal: AbortSignal;
  /** Errors of the probe that no waiting mends. @default none */
  readonly fatal?: (error: unknown) => boolean;
  /** How to look further, appended to the error. */
  readonly hint?: string;
}

/** What a probe saw: the awaited value, or how far things are. */
export type Seen<T> = { readonly done: T } | { readonly pending: string };

/**
 * Waits for a condition. A probe that throws counts as pending, with its message as what was seen.
 *
 * @throws Error that tells what was awaited, for how long, and what was seen last
 */
export async function waitUntil<T>(
  options: WaitOptions,
  probe: (signal: AbortSignal) => Promise<Seen<T>>,
): Promise<T> {
  const timeout = AbortSignal.timeout(options.limit);
  const signal = AbortSignal.any([options.signal, timeout]);
  let seen = "nothing yet";
  for (;;) {
    try {
      const result = await probe(signal);
      if ("done" in result) return result.done;
      seen = result.pending;
    } catch (error) {
      if (options.fatal?.(error) === true) throw error;
      if (!signal.aborted) seen = messageOf(error);
    }
    options.signal.throwIfAborted();
    if (timeout.aborted) {
      const hint = options.hint === undefined ? "" : ` ${options.hint}`;
      throw new Error(
        `waited ${Math.round(options.limit / 1000)} s for ${options.awaited}; last seen: ${seen}.${hint}`,
      );
    }
    try {
      await delay(options.interval ?? 250, undefined, { signal });
    } catch {
      // Aborted: the next round says why.
    }
  }
}
