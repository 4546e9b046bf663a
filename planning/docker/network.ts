import { slotCount } from "../clusters/addresses.ts";
import { type Block, blockAt, parseBlock, sizeOf } from "../cidr.ts";
import { limits } from "../limits.ts";

export interface NetworkAddresses {
  readonly subnet: Block;
  /** The nodes' addresses: the first half. */
  readonly nodes: Block;
  /** How many ranges for load balancers the second half has. */
  readonly rangeCount: number;
  readonly rangeOf: (slot: number) => Block;
}

/**
 * Divides a Docker network's subnet. Like the default pod subnets, a cluster's range for load balancers
 * follows from its slot alone, so no cluster's gateway ever moves because of a new cluster. In a /17 or
 * larger each slot has its own range; in a smaller subnet several slots share one.
 *
 * @returns undefined if the text is no subnet of an allowed size
 */
export function divideNetwork(text: string | undefined): NetworkAddresses | undefined {
  const subnet = text === undefined ? undefined : parseBlock(text);
  if (subnet === undefined || !isPossibleSize(subnet)) return undefined;
  const half = subnet.prefix + 1;
  const rangePrefix = Math.min(limits.smallestBalancerRange, half + Math.log2(slotCount));
  // The second half of the last range contains the network's broadcast address.
  const rangeCount = sizeOf(half) / sizeOf(rangePrefix) - 1;
  const start = subnet.first + sizeOf(half);
  return {
    subnet,
    nodes: blockAt(subnet.first, half),
    rangeCount,
    rangeOf: (slot) =>
      slot === rangeCount
        ? blockAt(start + slot * sizeOf(rangePrefix), rangePrefix + 1)
        : blockAt(start + (slot % rangeCount) * sizeOf(rangePrefix), rangePrefix),
  };
}

export function isPossibleSize({ prefix }: Block): boolean {
  return prefix >= limits.largestNetworkPrefix && prefix <= limits.smallestNetworkPrefix;
}
