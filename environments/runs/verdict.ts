import type { Liveliness, ProcessIdentity } from "../../toolchain/process-identity.ts";

/** What the verdict on a run depends on. */
export interface Evidence {
  /** ISO 8601; undefined: nothing tells. */
  readonly expires: string | undefined;
  /** Why it was kept on purpose. */
  readonly kept?: string | undefined;
  readonly owner: ProcessIdentity | undefined;
  readonly ownerIs: Liveliness;
  /** Whether it was kept can't be seen, because its record is somebody else's. */
  readonly recordHidden?: boolean;
}

/** Whether a run may be taken away, and why or why not. */
export interface Verdict {
  readonly remove: boolean;
  readonly why: string;
}

/**
 * Judges a run: what has expired may go, and what nobody looks after any more. Where the owner can't be
 * seen from here (another machine, another start of it, another container), only the expiry counts.
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
  return { remove: true, why: `its ${process} is gone` };
}
