import type { Dispatcher } from "undici";
import { isUnknownAuthority, machineAuthorities } from "./authorities.ts";
import { namesProxy, proxyFor } from "./proxy-for.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What a {@link LimitedFetch} asks for. */
export interface LimitedRequest {
  /** @default GET */
  readonly method?: "GET" | "HEAD";
  /** For the answer and its body, in milliseconds. It begins with the request. */
  readonly limit: number;
}

/** A `fetch` with a time limit. */
export type LimitedFetch = (url: string, request: LimitedRequest) => Promise<Response>;

/**
 * A `fetch` that uses the proxy that the environment names ({@link proxyFor}), and trusts the authorities that the
 * machine's other programs trust ({@link machineAuthorities}). Node's own does neither.
 */
export function proxiedFetch(env: Env = process.env): LimitedFetch {
  return async (url, request) => {
    try {
      return await (namesProxy(env)
        ? fetchThrough(env, [], url, request)
        : fetch(url, limited(request)));
    } catch (error) {
      if (!isUnknownAuthority(codeOf(error))) throw error;
      // They are many, and seldom needed.
      return fetchThrough(env, machineAuthorities(env), url, request);
    }
  };
}

function limited({ limit, ...init }: LimitedRequest): { method?: string; signal: AbortSignal } {
  return { ...init, signal: AbortSignal.timeout(limit) };
}

/** Why a fetch failed, by the code of the network or of TLS. */
export function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (cause instanceof Error) return codeOf(cause);
  return typeof code === "string" ? code : undefined;
}

/** @param ca PEM of the authorities to trust. Empty: Node's own */
async function fetchThrough(
  env: Env,
  ca: readonly string[],
  url: string,
  request: LimitedRequest,
): Promise<Response> {
  // A proxy that can't be used is told of here: an error of a dispatcher would only be a cause.
  proxyFor(url, env);
  const undici = await import("undici");
  const trusted = ca.length === 0 ? {} : { ca: [...ca] };
  const direct = new undici.Agent({ connect: trusted });
  const proxies = new Map<string, Dispatcher>();
  /** A redirect may lead to another host. */
  class ByHost extends undici.Dispatcher {
    override dispatch(...[options, handler]: Parameters<Dispatcher["dispatch"]>): boolean {
      const proxy = options.origin === undefined ? undefined : proxyFor(options.origin, env);
      return this.#through(proxy).dispatch(options, handler);
    }

    #through(proxy: string | undefined): Dispatcher {
      if (proxy === undefined) return direct;
      const known =
        proxies.get(proxy) ??
        new undici.ProxyAgent({
          uri: proxy,
          requestTls: trusted,
          // With it, a SOCKS proxy would be spoken to by TLS.
          ...(proxy.startsWith("https:") && { proxyTls: trusted }),
        });
      proxies.set(proxy, known);
      return known;
    }
  }
  // The limit begins here: on a busy machine, loading undici takes seconds.
  const answer: unknown = await undici.fetch(url, {
    ...limited(request),
    dispatcher: new ByHost(),
  });
  // The package has the same interface: Node's own fetch comes from it.
  return answer as Response;
}
