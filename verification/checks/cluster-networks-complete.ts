import ipaddr from "ipaddr.js";
import { linkerdNamespace } from "../../planning/names.ts";
import { parse } from "yaml";
import type { ConfigMap } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { ownAddresses } from "../../kubernetes/pods.ts";
import { corePath } from "../../linkerd/names.ts";
import { type Check, failed, failedForGood, notRun, passed } from "./check.ts";
import { firstOf } from "./first-of.ts";
import type { AskedCluster } from "./asked.ts";

/**
 * Linkerd's `clusterNetworks` contain every address of pods and Services. Proxies don't look up other
 * addresses: traffic to them silently goes unencrypted and unbalanced.
 */
export const clusterNetworksComplete: Check<AskedCluster> = {
  id: "cluster-networks-complete",
  title: "cluster networks hold pods and Services",
  run: async ({ api, lists, plan, status, found }) => {
    const [config, pods, services] = await Promise.all([
      getIfThere<ConfigMap>(api, corePath(linkerdNamespace, "configmaps", "linkerd-config")),
      lists.livePods(),
      lists.services(),
    ]);
    const networks = networksIn(config?.data?.["values"]);
    if (networks === undefined) {
      return failed(
        "ConfigMap linkerd-config names no clusterNetworks",
        found ? "Linkerd's control plane brings it: install it." : "`up --refresh` puts it back.",
      );
    }
    // In other clusters pods may have addresses outside their nodes' shares, so only the pods' own count.
    const nodes = plan.type === "kind" ? status.nodes : [];
    const shares = [
      ...nodes.flatMap(({ name, podCidrs }) =>
        podCidrs.map((address) => ({ what: `node ${name}'s pods`, address })),
      ),
      ...(status.serviceSubnet?.split(/,\s*/) ?? []).map((address) => ({
        what: "Services",
        address,
      })),
    ];
    const addresses = [
      ...ownAddresses(pods).map(({ pod, ip }) => ({ what: `pod ${pod}`, address: ip })),
      ...services.flatMap(({ metadata, spec }) =>
        (spec?.clusterIPs ?? [])
          .filter((ip) => ip !== "None" && ip !== "")
          .map((ip) => ({ what: `Service ${nameOf(metadata)}`, address: ip })),
      ),
    ];
    if (status.nodes.length === 0 || addresses.length === 0) {
      return notRun(`${status.nodes.length} nodes and ${addresses.length} addresses were seen`);
    }
    const outside = [...shares, ...addresses].filter(({ address }) => !isIn(networks, address));
    return outside.length === 0
      ? passed(`${addresses.length} addresses`)
      : failedForGood(
          `outside of ${networks.join(", ")}: ` +
            firstOf(outside.map(({ what, address }) => `${what} (${address})`)),
          found
            ? "Set clusterNetworks of Linkerd's control plane to hold them, and restart the workloads."
            : "Set linkerd.values.controlPlane.clusterNetworks of the topology to hold them, run `up`, and restart the workloads.",
        );
  },
};

function networksIn(values: string | undefined): readonly string[] | undefined {
  if (values === undefined) return undefined;
  const { clusterNetworks } = parse(values) as { readonly clusterNetworks?: unknown };
  if (typeof clusterNetworks !== "string") return undefined;
  return clusterNetworks.split(",").map((network) => network.trim());
}

/** @param address an address or a range, which must lie within one of the networks */
export function isIn(networks: readonly string[], address: string): boolean {
  const [ip, length] = address.includes("/")
    ? ipaddr.parseCIDR(address)
    : [ipaddr.parse(address), 128];
  return networks.some((network) => {
    const [around, aroundLength] = ipaddr.parseCIDR(network);
    return (
      ip.kind() === around.kind() && length >= aroundLength && ip.match([around, aroundLength])
    );
  });
}

function nameOf({
  namespace,
  name,
}: {
  readonly namespace?: string;
  readonly name: string;
}): string {
  return `${namespace ?? ""}/${name}`;
}
