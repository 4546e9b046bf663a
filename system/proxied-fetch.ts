type Env = Readonly<Record<string, string | undefined>>;

/**
 * A `fetch` that uses the proxy in `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case. Node's
 * own does so only if the whole process was started that way.
 */
export function proxiedFetch(env: Env = process.env): typeof fetch {
  const of = (name: string): string | undefined => {
    const value = env[name.toLowerCase()] ?? env[name];
    return value === "" ? undefined : value;
  };
  const [httpProxy, httpsProxy] = [of("HTTP_PROXY"), of("HTTPS_PROXY")];
  if (httpProxy === undefined && httpsProxy === undefined) return fetch;
  const opened = import("undici").then(({ EnvHttpProxyAgent, fetch: fetchBy }) => ({
    fetchBy,
    // All three are given: the agent would take a missing one from this process's own variables.
    dispatcher: new EnvHttpProxyAgent({
      httpProxy: httpProxy ?? "",
      httpsProxy: httpsProxy ?? "",
      noProxy: of("NO_PROXY") ?? "",
    }),
  }));
  const ask = async (...[input, init]: Parameters<typeof fetch>): Promise<unknown> => {
    const { fetchBy, dispatcher } = await opened;
    type Init = NonNullable<Parameters<typeof fetchBy>[1]>;
    return fetchBy(input as string | URL, { ...(init as unknown as Init), dispatcher });
  };
  // The package has the same interface: Node's own fetch comes from it.
  return ask as typeof fetch;
}
