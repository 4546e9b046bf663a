type Env = Readonly<Record<string, string | undefined>>;

/**
 * A `fetch` that goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, in either case.
 * Node's own does so only where the whole process was started that way.
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
    // Given as a whole: what is left out would be taken from this process' own variables.
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
  // The same interface, of the package that Node's own comes from.
  return ask as typeof fetch;
}
