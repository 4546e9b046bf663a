import ipaddr from "ipaddr.js";

/** A block of IPv4 addresses. */
export interface Block {
  /** First and last address, as numbers. */
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** @returns undefined if the text is not an IPv4 subnet in the strict notation that Kubernetes reads */
export function parseBlock(text: string): Block | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || /\/0\d/.test(text)) return undefined;
  const prefix = Number(text.slice(text.indexOf("/") + 1));
  return {
    first: toNumber(ipaddr.IPv4.networkAddressFromCIDR(text)),
    last: toNumber(ipaddr.IPv4.broadcastAddressFromCIDR(text)),
    prefix,
  };
}

/** Splits `10.0.0.0/16,100.64.0.0/16`, the form of Kubernetes' own flags. */
export function splitSubnets(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

export function isIpv6Subnet(text: string): boolean {
  return ipaddr.IPv6.isValidCIDR(text);
}

/** @throws Error if the text is not an IPv4 subnet. For constants. */
export function block(text: string): Block {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(`${text} is not an IPv4 subnet`);
  return parsed;
}

export function blockAt(first: number, prefix: number): Block {
  return { first, last: first + sizeOf(prefix) - 1, prefix };
}

/** Number of addresses in a block. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

export function formatBlock({ first, prefix }: Block): string {
  const bytes = [24, 16, 8, 0].map((shift) => (first >>> shift) & 255);
  return `${new ipaddr.IPv4(bytes).toString()}/${prefix}`;
}

/** The first address of a block. */
export function formatFirst(block: Block): string {
  return formatBlock(block).replace(/\/.*/, "");
}

export function overlap(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether two subnets have an address in common. @throws Error as {@link block} does */
export function subnetsOverlap(one: string, other: string): boolean {
  return overlap(block(one), block(other));
}

/** Whether the second subnet is a part of the first. @throws Error as {@link block} does */
export function subnetContains(outer: string, inner: string): boolean {
  return contains(block(outer), block(inner));
}

export function contains(outer: Block, inner: Block): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((number, byte) => number * 256 + byte, 0);
}
