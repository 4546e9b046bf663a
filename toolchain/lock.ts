import { timeLimits } from "../system/time-limits.ts";
import { withFileLock, type HolderIs } from "./file-lock.mjs";
import { formatIdentity, identify, look, parseIdentity } from "./process-identity.ts";

export interface LockOptions {
  /** Called once if another process holds the lock. */
  readonly onWait?: ((detail: string) => void) | undefined;
  /**
   * How long to wait for a live holder, in milliseconds. @default the longest time that a build may
   * take
   */
  readonly limit?: number;
  /** The error to throw when that time is over. */
  readonly refusal?: (holder: string) => Error;
}

/**
 * Runs `work` while no other process runs work under the same lock. This includes processes in other
 * containers and on other machines that see the same directory. The lock of a dead process is taken
 * over: at once if its death is certain, otherwise after half a minute without a touch.
 *
 * @param lock directory that is the lock; it stays
 * @param work is told whether the previous holder abandoned the lock
 * @throws if a live holder keeps the lock for longer than the limit
 */
export async function withLock<T>(
  lock: string,
  work: (taken: { readonly abandoned: boolean }) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { onWait, limit = timeLimits.toolBuild } = options;
  const own = await identify(process.pid);
  if (own === undefined) throw new Error("this process can't be identified");
  const started = performance.now();
  let told = false;
  return withFileLock(
    lock,
    {
      holder: formatIdentity(own),
      look: liveliness,
      onWait: (holder, state) => {
        const who = describeHolder(holder);
        if (!told) onWait?.(`waiting for another process (${who})`);
        told = true;
        if (state !== "alive" || performance.now() - started <= limit) return;
        throw options.refusal?.(who) ?? heldForLong(lock, who, limit);
      },
    },
    work,
  );
}

function heldForLong(lock: string, who: string, limit: number): Error {
  return new Error(
    `waited ${Math.round(limit / 60_000)} minutes for ${who}, which holds ${lock}; if it is not working, ` +
      "end it",
  );
}

async function liveliness(holder: string): Promise<HolderIs> {
  const identity = parseIdentity(holder);
  return identity === undefined ? "unknown" : look(identity);
}

function describeHolder(holder: string): string {
  const identity = parseIdentity(holder);
  return identity === undefined
    ? "an unidentified process"
    : `process ${identity.pid} on ${identity.host}`;
}
