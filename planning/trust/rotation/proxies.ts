import { listNames } from "../../topology/problem.ts";
import type { ClusterTrust, ProxyTrust } from "./facts.ts";

/** Proxies of a cluster that don't trust an anchor, or may not. */
export function distrusting({ proxies }: ClusterTrust, anchor: string): readonly ProxyTrust[] {
  return proxies.filter(({ anchors }) => anchors?.includes(anchor) !== true);
}

/** Proxies of a cluster that trust something other than these anchors. */
export function trustingOthers(
  { proxies }: ClusterTrust,
  anchors: readonly string[],
): readonly ProxyTrust[] {
  return proxies.filter((proxy) => proxy.anchors?.some((id) => !anchors.includes(id)) !== false);
}

/** Proxies of a cluster whose certificates may come from the issuer before the present one. */
export function notRenewed({ issuer, proxies }: ClusterTrust): readonly ProxyTrust[] {
  const since = issuer?.inUseSince;
  if (since === undefined) return proxies;
  return proxies.filter(
    ({ certificateSince }) =>
      certificateSince === undefined || Date.parse(certificateSince) < Date.parse(since),
  );
}

/** `east: shop/Deployment/web and 2 more`. Pods of one workload count once. */
export function describeProxies(cluster: string, proxies: readonly ProxyTrust[]): string {
  const names = new Set(
    proxies.map(({ namespace, workload, pod }) => `${namespace}/${workload ?? `Pod/${pod}`}`),
  );
  return `${cluster}: ${listNames([...names].sort()).replaceAll('"', "")}`;
}
