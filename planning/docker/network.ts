import { slotCount } from "../clusters/addresses.ts";
import { blockAt, parseBlock, sizeOf } from "../cidr.ts";
import type { Block } from "../cidr.ts";
import { limits } from "../limits.ts";

/** The addresses of a Docker network whose subnet was chosen. */
export interface NetworkAddresses {
  readonly subnet: Block;
  /** Where nodes get theirs: the first half. */
  readonly nodes: Block;
  /** How many ranges for load balancers the second half has. */
  readonly rangeCount: number;
  /** The range that a slot leads to. */
  readonly rangeOf: (slot: number) => Block;
}

/**
 * Divides a Docker network's subnet. Like the default pod subnets, a cluster's range for load balancers
 * follows from its slot alone, so that no cluster's gateway ever moves because another one came. From a
 * /17 on each slot has a range of its own; in a smaller subnet several slots share one.
 *
 * @returns undefined for what is no subnet of a possible size
 */
export function divideNetwork(text: string | undefined): NetworkAddresses | undefined {
  const subnet = text === undefined ? undefined : parseBlock(text);
  if (subnet === undefined || !isPossibleSize(subnet)) return undefined;
  const half = subnet.prefix + 1;
  const rangePrefix = Math.min(limits.smallestBalancerRange, half + Math.log2(slotCount));
  // The last range holds the network's broadcast address, in its second half.
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
