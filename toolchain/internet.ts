import { isUnknownAuthority } from "../system/authorities.ts";
import { codeOf, proxiedFetch, type LimitedFetch } from "../system/proxied-fetch.ts";
import { timeLimits } from "../system/time-limits.ts";
import { reasonOf } from "./download.ts";

/** Why a host gave no answer. */
export interface Silence {
  readonly message: string;
  /** It answered, with a certificate of an authority that this machine doesn't trust. */
  readonly isUntrusted: boolean;
}

/** Tells which hosts are reachable. Each host is asked once. */
export interface Internet {
  /** Returns a small text file, or `undefined` if the host is unreachable or does not have the file. */
  readonly text: (url: string) => Promise<string | undefined>;
  /** Returns true if this address exists. */
  readonly has: (url: string) => Promise<boolean>;
  /**
   * Returns true if the host answers as a container registry does.
   *
   * @param again asks again even if the host did not answer before
   */
  readonly isRegistry: (host: string, again?: boolean) => Promise<boolean>;
  /** Why a host gave no answer to what was asked. Undefined if it answered, or was not asked. */
  readonly silenceOf: (host: string) => Silence | undefined;
}

/**
 * Opens a view of the internet that does not wait again for a host that did not answer.
 *
 * @param ask - what fetches
 */
export function openInternet(ask: LimitedFetch = proxiedFetch()): Internet {
  const outOfReach = new Map<string, Silence>();
  const registries = new Map<string, Promise<boolean>>();

  const answerOf = async (
    url: string,
    method: "GET" | "HEAD" = "GET",
  ): Promise<Response | undefined> => {
    const { origin } = new URL(url);
    if (outOfReach.has(origin)) return undefined;
    try {
      return await ask(url, { method, limit: timeLimits.hostAnswers });
    } catch (error) {
      outOfReach.set(origin, {
        message: reasonOf(error),
        isUntrusted: isUnknownAuthority(codeOf(error)),
      });
      return undefined;
    }
  };
  const isRegistry = async (host: string): Promise<boolean> => {
    const answer = await answerOf(`https://${host}/v2/`);
    await answer?.body?.cancel();
    // Only a registry sends this scheme or protocol. A gateway that answers every request itself does
    // not.
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
    silenceOf: (host) => outOfReach.get(`https://${host}`),
  };
}
