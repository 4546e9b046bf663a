import ipaddr from "ipaddr.js";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a URL: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower
 * case. It chooses as programs in Go do, such as kubectl, Helm and Pulumi's Kubernetes provider: NO_PROXY may
 * have subnets and ports, and this machine itself is never asked through a proxy.
 *
 * @returns undefined if the URL is asked directly
 * @throws Error if no program here can use a proxy of that kind
 */
export function proxyFor(url: string | URL, env: Env = process.env): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:" || protocol === "wss:";
  const variable = isTls ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = valueOf(env, variable);
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (proxy === undefined || isThisMachine(host)) return undefined;
  const excluded = (valueOf(env, "NO_PROXY") ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  const target = { host, port: port === "" ? (isTls ? "443" : "80") : port };
  if (excluded.some((entry) => matches(entry.toLowerCase(), target))) return undefined;
  const given = proxy.includes("://") ? proxy : `http://${proxy}`;
  const fault = proxyFault(given);
  if (fault) throw new Error(`${variable} ${fault.message}: ${fault.fix}`);
  return given;
}

const proxySchemes = ["http", "https", "socks5"];

/**
 * What is wrong with the URL of a proxy: kubectl, Helm and Pulumi's Kubernetes provider know only some kinds. The text
 * has nothing of the URL but its scheme: it may have a password.
 *
 * @returns undefined if they can use it
 */
export function proxyFault(
  proxy: string,
): { readonly message: string; readonly fix: string } | undefined {
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(proxy) ?? [];
  if (scheme === "" || !URL.canParse(proxy)) {
    return { message: "is no URL of a proxy", fix: "write one such as socks5://127.0.0.1:1080" };
  }
  if (proxySchemes.includes(scheme.toLowerCase())) return undefined;
  const remote = scheme === "socks5h" ? ", which lets the proxy look up names too" : "";
  return {
    message: `names a proxy of the kind ${scheme}`,
    fix: `write http://, https:// or socks5://${remote}`,
  };
}

/** Whether the environment names any proxy. */
export function namesProxy(env: Env): boolean {
  return ["HTTPS_PROXY", "HTTP_PROXY"].some((name) => valueOf(env, name) !== undefined);
}

function valueOf(env: Env, name: string): string | undefined {
  const value = env[name.toLowerCase()] ?? env[name];
  return value === "" ? undefined : value;
}

function isThisMachine(host: string): boolean {
  return (
    host === "localhost" || (ipaddr.isValid(host) && ipaddr.parse(host).range() === "loopback")
  );
}

/** @param entry of NO_PROXY: `*`, a subnet, or a host, address or domain, each with or without a port */
function matches(entry: string, { host, port }: { host: string; port: string }): boolean {
  if (entry === "*") return true;
  if (ipaddr.isValidCIDR(entry)) return ipaddr.isValid(host) && isWithin(host, entry);
  const found = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry);
  const name = found?.[1] ?? found?.[2] ?? entry;
  const ofPort = found?.[3];
  if (ofPort !== undefined && ofPort !== port) return false;
  if (ipaddr.isValid(name)) return ipaddr.isValid(host) && sameAddress(host, name);
  const domain = name.replace(/^\*?\./, "");
  return host.endsWith(`.${domain}`) || (domain === name && host === domain);
}

function isWithin(host: string, subnet: string): boolean {
  const address = ipaddr.parse(host);
  const [network, length] = ipaddr.parseCIDR(subnet);
  return address.kind() === network.kind() && address.match(network, length);
}

function sameAddress(one: string, other: string): boolean {
  return ipaddr.parse(one).toNormalizedString() === ipaddr.parse(other).toNormalizedString();
}
