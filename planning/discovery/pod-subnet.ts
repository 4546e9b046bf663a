import {
  block,
  blockAt,
  contains,
  formatBlock,
  parseBlock,
  sizeOf,
  splitSubnets,
} from "../cidr.ts";
import type { Block } from "../cidr.ts";
import { groupBy } from "../group.ts";
import type { ClusterObservation } from "./observation.ts";

/** Pod subnets of a cluster, in the form of a topology. */
export interface FoundPodSubnet {
  readonly podSubnet: string;
  /** From what it was guessed. Undefined: it is known. */
  readonly guess?: string;
}

/**
 * The pod subnets of a cluster. Its pods have the last word: what kubeadm and the nodes say is unused where
 * Calico, Cilium or a cloud gives pods their addresses.
 *
 * @param isNeeded its Links carry traffic from pod to pod. Others need none, so nothing is guessed.
 * @returns undefined if nothing tells them
 */
export function podSubnetOf(
  {
    podSubnet,
    nodes,
    podAddresses = [],
  }: Pick<ClusterObservation, "podSubnet" | "nodes" | "podAddresses">,
  { isNeeded }: { readonly isNeeded: boolean },
): FoundPodSubnet | undefined {
  const written = ipv4Blocks(podSubnet);
  const shares = nodes.flatMap(({ podCidrs }) => podCidrs.flatMap(ipv4Blocks));
  const pods = podAddresses.flatMap((address) => parseBlock(`${address}/32`) ?? []);
  const missing = (blocks: readonly Block[]): Block[] =>
    pods.filter((pod) => !blocks.some((one) => contains(one, pod)));
  if (written.length > 0 && (!isNeeded || missing(written).length === 0)) {
    return { podSubnet: textOf(written) };
  }
  if (!isNeeded) return undefined;
  if (shares.length > 0 && missing(shares).length === 0) {
    return {
      podSubnet: textOf(merged(shares)),
      guess:
        "by the nodes' podCIDR: another node brings another one, so write the whole subnet if you know it " +
        "(the controller manager's --cluster-cidr)",
    };
  }
  if (pods.length === 0) return undefined;
  const used = [...written, ...shares].filter((one) => pods.some((pod) => contains(one, pod)));
  return {
    podSubnet: textOf(merged([...used, ...around(missing(used))])),
    guess:
      `by the addresses of ${String(pods.length)} pods: write every subnet that pods get addresses from ` +
      "(Calico's IP pools, Cilium's cluster pool, the subnets of a VPC)",
  };
}

/** All IPv4 subnets of a text such as `10.96.0.0/16, fd00::/112`. Undefined: there is none. */
export function ipv4Subnets(text: string | undefined): string | undefined {
  const blocks = ipv4Blocks(text);
  return blocks.length === 0 ? undefined : textOf(blocks);
}

function ipv4Blocks(text = ""): Block[] {
  return splitSubnets(text).flatMap((one) => parseBlock(one) ?? []);
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map(formatBlock).join(",");
}

/** Blocks with exactly these addresses, as few as possible. */
function merged(blocks: readonly Block[]): readonly Block[] {
  const sorted = blocks.toSorted((a, b) => a.first - b.first || a.prefix - b.prefix);
  const list: Block[] = [];
  for (let next of sorted) {
    let last = list.at(-1);
    if (last !== undefined && contains(last, next)) continue;
    // Two halves are one block, which may be a half itself.
    while (last?.prefix === next.prefix && contains(larger(next), last)) {
      next = larger(next);
      list.pop();
      last = list.at(-1);
    }
    list.push(next);
  }
  return list;
}

/** Of twice the size. */
function larger({ first, prefix }: Block): Block {
  return blockFrom(first, prefix - 1);
}

/** The block of this size with an address. */
function blockFrom(address: number, prefix: number): Block {
  return blockAt(address - (address % sizeOf(prefix)), prefix);
}

/** Pods' subnets are rarely smaller, and rarely span two of the larger ones. */
const [smallest, largest] = [24, 16];

/** The smallest blocks around addresses. */
function around(pods: readonly Block[]): Block[] {
  const near = groupBy(pods, ({ first }) => blockFrom(first, largest).first);
  return [...near.values()].map((alike) => {
    const [some = block("0.0.0.0/32")] = alike;
    let one = blockFrom(some.first, smallest);
    while (!alike.every((pod) => contains(one, pod))) one = larger(one);
    return one;
  });
}
