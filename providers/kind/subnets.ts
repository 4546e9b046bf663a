import ipaddr from "ipaddr.js";
import { text } from "../server/index.ts";

/** An IPv4 subnet with a prefix length in this range. */
export function subnet(shortest: number, longest: number) {
  return text((cidr) => checkCidr(cidr, shortest, longest));
}

/** What is wrong with an IPv4 subnet. @param shortest allowed prefix, 8 for a /8 */
export function checkCidr(cidr: string, shortest: number, longest: number): string | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) {
    return `${JSON.stringify(cidr)} is not an IPv4 subnet; one looks like 10.20.0.0/16`;
  }
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const base = `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${prefix}`;
  if (base !== cidr) return `${cidr} is an address inside of a subnet; the subnet is ${base}`;
  if (prefix < shortest || prefix > longest) {
    return `${cidr} has the prefix length ${prefix}, but it has to be from ${shortest} to ${longest}`;
  }
  return undefined;
}

/** How many nodes get a share of the pod subnet. Kubernetes gives each a /24. */
export function podSubnetHolds(cidr: string): number {
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return 2 ** Math.max(0, 24 - prefix);
}
