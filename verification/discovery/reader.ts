import type { KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Unread } from "../../planning/discovery/observation.ts";

/**
 * Reads something, or notes that it couldn't be read.
 *
 * @param what in words
 * @param right the right that it needs, as the text after "no right to"
 */
export type Reader = <T>(what: string, right: string, asked: Promise<T>) => Promise<T | undefined>;

/** Notes that something couldn't be read; see {@link Reader}. */
export function unreadBecause(what: string, right: string, error: KubernetesApiError): Unread {
  const refused = error.status === 403;
  return {
    what,
    why: refused ? `no right to ${right}` : error.message,
    ...(refused && { right }),
  };
}
