import { timeLimits } from "../system/time-limits.ts";
import { withFileLock, type HolderIs } from "./file-lock.mjs";
import { formatIdentity, identify, look, parseIdentity } from "./process-identity.ts";

export interface LockOptions {
  /** Told once, where the lock is taken. */
  readonly onWait?: ((detail: string) => void) | undefined;
  /** How long a holder that lives is waited for, in milliseconds. @default as long as any build takes */
  readonly limit?: number;
  /** What to say where it is not waited for any longer. */
  readonly refusal?: (holder: string) => Error;
}

/**
 * Runs `work` while no other process runs work under the same lock, in other containers and on other
 * machines as well where they see the same directory. The lock of a process that is gone is taken over: at
 * once where that can be seen, else when it was not touched for half a minute.
 *
 * @param lock directory that is the lock; it stays
 * @param work told whether the holder before was gone before it had ended
 * @throws when the holder keeps it for longer than the limit
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
        if (!told) onWait?.(`another process (${who}) is at it`);
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
    `waited ${Math.round(limit / 60_000)} minutes for ${who}, which holds ${lock}; if it is not at work, ` +
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
    ? "one that did not tell its name"
    : `process ${identity.pid} on ${identity.host}`;
}
