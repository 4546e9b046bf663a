import { timeLimits } from "../system/time-limits.ts";
import { proxiedFetch } from "../system/proxied-fetch.ts";

/** Which hosts can be reached; each is asked once. */
export interface Internet {
  /** A small text file, or `undefined` where its host is out of reach or does not have it. */
  readonly text: (url: string) => Promise<string | undefined>;
  /** Whether there is something at this address. */
  readonly has: (url: string) => Promise<boolean>;
  /**
   * Whether something at that host answers as a container registry does.
   *
   * @param again it is asked once more, though it did not answer before
   */
  readonly isRegistry: (host: string, again?: boolean) => Promise<boolean>;
}

/**
 * A view of the internet that remembers: a host that did not answer once is not waited for again.
 *
 * @param ask - what fetches
 */
export function openInternet(ask: typeof fetch = proxiedFetch()): Internet {
  const outOfReach = new Set<string>();
  const registries = new Map<string, Promise<boolean>>();

  const answerOf = async (url: string, method = "GET"): Promise<Response | undefined> => {
    const { origin } = new URL(url);
    if (outOfReach.has(origin)) return undefined;
    try {
      return await ask(url, { method, signal: AbortSignal.timeout(timeLimits.hostAnswers) });
    } catch {
      outOfReach.add(origin);
      return undefined;
    }
  };
  const isRegistry = async (host: string): Promise<boolean> => {
    const answer = await answerOf(`https://${host}/v2/`);
    await answer?.body?.cancel();
    // Only a registry names this scheme or protocol: a gateway in between that answers everything
    // itself does not.
    return (
      answer !== undefined &&
      (answer.headers.has("docker-distribution-api-version") ||
        (answer.status === 401 && answer.headers.has("www-authenticate")))
    );
  };
  return {
    text: async (url) => {
      const answer = await answerOf(url);
      if (answer?.ok === true) return answer.text();
      await answer?.body?.cancel();
      return undefined;
    },
    has: async (url) => (await answerOf(url, "HEAD"))?.ok === true,
    isRegistry: (host, again = false) => {
      if (again) {
        registries.delete(host);
        outOfReach.delete(`https://${host}`);
      }
      const known = registries.get(host) ?? isRegistry(host);
      registries.set(host, known);
      return known;
    },
  };
}
