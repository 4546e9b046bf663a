import ipaddr from "ipaddr.js";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a URL: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower
 * case. It chooses as programs in Go do, such as kubectl, Helm and Pulumi's Kubernetes provider: NO_PROXY may
 * have subnets and ports, and this machine itself is never asked through a proxy.
 *
 * @returns undefined if the URL is asked directly
 */
export function proxyFor(url: string | URL, env: Env = process.env): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:" || protocol === "wss:";
  const proxy = valueOf(env, isTls ? "HTTPS_PROXY" : "HTTP_PROXY");
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (proxy === undefined || isThisMachine(host)) return undefined;
  const excluded = (valueOf(env, "NO_PROXY") ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  const target = { host, port: port === "" ? (isTls ? "443" : "80") : port };
  if (excluded.some((entry) => matches(entry.toLowerCase(), target))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
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
