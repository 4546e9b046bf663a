import pRetry, { AbortError } from "p-retry";
import { AnotherCluster, isUnauthorized, KubernetesApiError } from "./errors.ts";
import { messageOf } from "../system/message-of.ts";

/** One look at a condition: it holds, or this was seen instead. */
export type Look<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly seen: string };

export interface Awaited<T> {
  /** What is awaited: the text after "waiting for". */
  readonly what: string;
  /** Milliseconds. */
  readonly limit: number;
  /** Looks at least twice before the limit, however long a look takes. @default once may be all */
  readonly twice?: boolean;
  /** Looks once. @param signal ends a look that hangs, also at the limit */
  readonly look: (signal: AbortSignal) => Promise<Look<T>>;
  /** Where a person looks next, the end of the message. @default nothing */
  readonly further?: string;
  /** Errors of a look that may pass: they count as seen. @default those of the right API server */
  readonly mayPass?: (error: unknown) => boolean;
  /** Longest time between two looks, in milliseconds. @default 1,000 */
  readonly longest?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called whenever what is seen changes. */
  readonly onSeen?: (seen: string) => void;
}

/** For waits in which every look may fail while something starts, so no error is final. */
export const everythingMayPass = (): boolean => true;

/** An API server's error may pass while its cluster starts, unless another cluster answered. */
function isPassing(error: unknown): boolean {
  return error instanceof KubernetesApiError && !(error instanceof AnotherCluster);
}

const nothingYet = "nothing yet";

/** Time between two looks in milliseconds. It begins short, because most waits are short. */
const interval = { first: 100, longest: 1_000, factor: 1.5 };

/**
 * Looks until the condition holds.
 * @throws Error at the limit, which says what was awaited, what was seen last and where to look next. At once
 *   if waiting can't help (refused credentials), and for any error that may not pass.
 */
export async function waitFor<T>(awaited: Awaited<T>): Promise<T> {
  let last = nothingYet;
  const see = (seen: string): void => {
    if (seen !== last) awaited.onSeen?.(seen);
    last = seen;
  };
  const failure = (after: string): string =>
    `${awaited.what}: ${after}. Seen last: ${last}. ${awaited.further ?? ""}`.trimEnd();

  // The rest of another limit may be a fraction, or negative.
  const left = Math.max(0, Math.ceil(awaited.limit));
  const limit = AbortSignal.timeout(left);
  const signal = awaited.signal === undefined ? limit : AbortSignal.any([awaited.signal, limit]);
  const { mayPass = isPassing, longest = interval.longest } = awaited;
  let looks = 0;
  const attempt = async (): Promise<T> => {
    looks += 1;
    try {
      const look = await awaited.look(signal);
      if (look.done) return look.value;
      see(look.seen);
    } catch (error) {
      awaited.signal?.throwIfAborted();
      if (!mayPass(error)) throw new AbortError(error as Error);
      // If the limit ended the look, the one before says more.
      if (!limit.aborted || last === nothingYet) see(messageOf(error));
      // All other errors may pass while a cluster starts.
      if (mayPass === isPassing && isUnauthorized(error))
        throw new AbortError(failure("the credentials are refused"));
    }
    throw new NotYet();
  };
  const attempts = (): Promise<T> =>
    pRetry(attempt, {
      retries: Infinity,
      minTimeout: Math.min(interval.first, longest),
      maxTimeout: longest,
      factor: interval.factor,
      maxRetryTime: left,
      signal: awaited.signal,
    });
  try {
    try {
      return await attempts();
    } catch (error) {
      if (!(error instanceof NotYet && awaited.twice === true && looks === 1)) throw error;
      return await attempt();
    }
  } catch (error) {
    if (error instanceof NotYet) {
      throw new TimeLimitReached(failure(`timed out after ${awaited.limit / 1000} s`), last);
    }
    if (awaited.signal?.aborted === true)
      throw new Error(failure(`given up: ${messageOf(awaited.signal.reason)}`));
    throw error;
  }
}

/** The condition didn't hold within its limit. */
export class TimeLimitReached extends Error {
  /** What the last look saw instead. */
  readonly seen: string;

  constructor(message: string, seen: string) {
    super(message);
    this.seen = seen;
  }
}

/** The condition did not hold at one look. */
class NotYet extends Error {}
