import { loadBalancerName } from "../../planning/names.ts";
import type { Container } from "./container.ts";

/** Addresses of a cluster's nodes and of their load balancer by name, on the Docker network. */
export type Addresses = Readonly<Record<string, string>>;

/** The addresses that the outputs of a cluster record. */
export function formerAddresses(
  kindName: string,
  outputs: Readonly<Record<string, unknown>> | undefined,
): Addresses {
  const { nodes, loadBalancerAddress } = outputs ?? {};
  const known = (Array.isArray(nodes) ? nodes : []) as readonly {
    readonly name: string;
    readonly address: string;
  }[];
  return {
    ...Object.fromEntries(known.map(({ name, address }) => [name, address])),
    ...(typeof loadBalancerAddress === "string" && {
      [loadBalancerName(kindName)]: loadBalancerAddress,
    }),
  };
}

/** Docker assigns addresses in the order of the starts, so a start in this order restores the former ones. */
export function byFormerAddress(addresses: Addresses): (a: Container, b: Container) => number {
  return (a, b) => numeric(addresses[a.name]) - numeric(addresses[b.name]);
}

/**
 * Of several control planes, those with another address than before. They find each other by address: etcd's members
 * keep those that they were created with.
 */
export function misplacedPlanes(
  containers: readonly Container[],
  { network, controlPlanes }: { readonly network: string; readonly controlPlanes: number },
  addresses: Addresses,
): readonly Container[] {
  if (controlPlanes === 1) return [];
  return containers.filter(
    ({ name, role, networks }) =>
      role === "control-plane" && name in addresses && networks[network] !== addresses[name],
  );
}

/** An IPv4 address as a number. An unknown one comes last. */
function numeric(address = "255.255.255.255"): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
