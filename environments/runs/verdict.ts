import type { Liveliness, ProcessIdentity } from "../../toolchain/process-identity.ts";

/** What the verdict on a run depends on. */
export interface Evidence {
  /** ISO 8601. Undefined: unknown. */
  readonly expires: string | undefined;
  /** Why it was kept on purpose. */
  readonly kept?: string | undefined;
  /** ISO 8601. Until then its mesh is free in its pool once its owner is gone. */
  readonly pooledUntil?: string | undefined;
  readonly owner: ProcessIdentity | undefined;
  readonly ownerIs: Liveliness;
  /** Its record belongs to somebody else, so it is unknown whether it was kept. */
  readonly recordHidden?: boolean;
}

/** Whether a run may be removed, and why or why not. */
export interface Verdict {
  readonly remove: boolean;
  readonly why: string;
}

/**
 * Judges a run. It may be removed if it has expired, or if nobody looks after it any more. If the owner can't
 * be seen from here (another machine, another boot of it, another container), only the expiry counts.
 *
 * @param now milliseconds since 1970
 */
export function judgeRun(evidence: Evidence, now: number): Verdict {
  const { expires, kept, owner, ownerIs } = evidence;
  if (expires !== undefined && Date.parse(expires) <= now) {
    return { remove: true, why: `it expired at ${expires}` };
  }
  const until = expires === undefined ? "it has no expiry time" : `it expires at ${expires}`;
  if (kept !== undefined) return { remove: false, why: `it was kept (${kept}); ${until}` };
  if (owner === undefined) {
    return { remove: false, why: `its process is unknown; ${until}` };
  }
  const process = `process ${owner.pid}`;
  if (ownerIs === "alive") return { remove: false, why: `${process} is working on it; ${until}` };
  if (ownerIs === "unknown") {
    return {
      remove: false,
      why: `it belongs to ${process} on ${owner.host}, which can't be seen from here; ${until}`,
    };
  }
  if (evidence.recordHidden === true) {
    return {
      remove: false,
      why: `${process} is gone, but its record is another user's and may say to keep it; ${until}`,
    };
  }
  if (evidence.pooledUntil !== undefined && Date.parse(evidence.pooledUntil) > now) {
    return {
      remove: false,
      why: `its ${process} is gone, and it is free in its pool until ${evidence.pooledUntil}`,
    };
  }
  return { remove: true, why: `its ${process} is gone` };
}
