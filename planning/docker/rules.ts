import { findFreeSlot, slotCount } from "../clusters/addresses.ts";
import { type Block, formatBlock, isIpv6Subnet, overlap, parseBlock, sizeOf } from "../cidr.ts";
import { nodeCounts } from "../defaults.ts";
import { divideNetwork, isPossibleSize, type NetworkAddresses } from "./network.ts";
import { limits } from "../limits.ts";
import { listNames, type RuleProblem, show } from "../topology/problem.ts";
import type { DraftCluster } from "../topology/draft-clusters.ts";
import type { RuleInput } from "../topology/rule-input.ts";
import { readSubnets, slotOf } from "../clusters/subnets.ts";

const path = ["docker", "subnet"];

/** Checks the subnet of the topology's Docker network, and the ranges for load balancers in it. */
export function* dockerRules(input: RuleInput): Iterable<RuleProblem> {
  const text = input.draft.docker?.subnet;
  if (text === undefined) {
    yield* refuseLoadBalancers(input);
    return;
  }
  const subnet = parseBlock(text);
  if (!subnet) {
    yield {
      path,
      message: `${show(text)} is not an IPv4 subnet`,
      fix: isIpv6Subnet(text)
        ? "write an IPv4 subnet such as 172.30.0.0/16: the network is IPv4 only"
        : "write a subnet such as 172.30.0.0/16",
    };
    return;
  }
  if (formatBlock(subnet) !== text) {
    yield {
      path,
      message: `${show(text)} begins within a subnet of that size`,
      fix: `write ${formatBlock(subnet)}`,
    };
  }
  if (!isPossibleSize(subnet)) {
    const isLarge = subnet.prefix < limits.largestNetworkPrefix;
    yield {
      path,
      message: isLarge
        ? `${show(text)} is larger than any private network`
        : `${show(text)} is too small: half of it is divided into ranges for load balancers`,
      fix: isLarge
        ? `write a /${limits.largestNetworkPrefix} or smaller`
        : `write a /${limits.smallestNetworkPrefix} or larger`,
    };
    return;
  }
  yield* checkOverlap(input, text);
  const addresses = divideNetwork(text);
  if (!addresses) return;
  yield* checkNodes(input, addresses);
  yield* checkRanges(input, addresses);
}

function* checkOverlap(input: RuleInput, text: string): Iterable<RuleProblem> {
  const subnet = parseBlock(text);
  const met = readSubnets(input).filter(({ block }) => subnet && overlap(block, subnet));
  const [first] = met;
  if (!first) return;
  const names = [...new Set(met.map(({ cluster }) => cluster.name))];
  const kind = first.kind === "pods" ? "pod" : "Service";
  const more = met.length > 1 ? ` and ${met.length - 1} more, of ${listNames(names)}` : "";
  yield {
    path,
    message:
      `${show(text)} overlaps the ${kind} subnet ${formatBlock(first.block)} of ` +
      `${show(first.cluster.name)}${more}`,
    fix: "choose a subnet in 172.16.0.0/12 or 192.168.0.0/16, such as 172.30.0.0/16",
  };
}

function kindClusters({ byName }: RuleInput): DraftCluster[] {
  return [...byName.values()].filter(({ isKind }) => isKind);
}

/** Docker's own address and the network's are in the nodes' half as well. */
const reserved = 2;

function* checkNodes(input: RuleInput, { nodes }: NetworkAddresses): Iterable<RuleProblem> {
  const containers = kindClusters(input).reduce((sum, { spec }) => {
    const { total, controlPlanes } = nodeCounts(spec);
    return sum + total + (controlPlanes > 1 ? 1 : 0);
  }, 0);
  const room = sizeOf(nodes.prefix) - reserved;
  if (containers <= room) return;
  yield {
    path,
    message: `its first half has ${room} addresses for the ${containers} containers of the nodes`,
    fix: "choose a larger subnet",
  };
}

function* checkRanges(
  input: RuleInput,
  { rangeCount, rangeOf }: NetworkAddresses,
): Iterable<RuleProblem> {
  const clusters = kindClusters(input);
  const used = readSubnets(input).map(({ block }) => block);
  const taken = new Set(clusters.map((cluster) => rangeOf(slotOf(cluster)).first));
  const owners = new Map<number, DraftCluster>();
  for (const cluster of clusters) {
    const slot = slotOf(cluster);
    const range = rangeOf(slot);
    const owner = owners.get(range.first);
    owners.set(range.first, owner ?? cluster);
    if (!owner || meetElsewhere(owner, cluster)) continue;
    // Only a load balancer uses addresses of a range.
    if (!isBalanced(owner) && !isBalanced(cluster)) continue;
    const free = findFreeRange(slot, taken, used, rangeOf);
    if (free !== undefined) taken.add(rangeOf(free).first);
    const larger = rangeCount < slotCount - 1;
    yield {
      path: cluster.spec.slot === undefined ? cluster.path : [...cluster.path, "slot"],
      message:
        `${show(cluster.name)} and ${show(owner.name)} have the same range for load balancers, ` +
        formatBlock(range),
      fix:
        (free === undefined ? "write another slot" : `write slot: ${free}`) +
        (larger ? ", or a docker.subnet of at least a /17, where each slot has its own" : ""),
    };
  }
}

function isBalanced({ spec }: DraftCluster): boolean {
  return spec.loadBalancer ?? spec.gateway?.serviceType === "LoadBalancer";
}

/** Their addresses could not be planned. */
function* refuseLoadBalancers({ clusters }: RuleInput): Iterable<RuleProblem> {
  for (const { isKind, name, path: at, spec } of clusters) {
    if (!isKind || spec.loadBalancer !== true) continue;
    yield {
      path: [...at, "loadBalancer"],
      message: `the load balancer of ${show(name)} has no addresses to give`,
      fix: "write docker.subnet, from which each cluster gets a range",
    };
  }
}

/** Clusters of one slot already have the same default subnets, which another rule reports. */
function meetElsewhere(a: DraftCluster, b: DraftCluster): boolean {
  const bothByDefault = (key: "podSubnet" | "serviceSubnet") =>
    a.spec[key] === undefined && b.spec[key] === undefined;
  return slotOf(a) === slotOf(b) && (bothByDefault("podSubnet") || bothByDefault("serviceSubnet"));
}

/** The next slot with a free range and free default subnets. */
function findFreeRange(
  start: number,
  taken: ReadonlySet<number>,
  used: readonly Block[],
  rangeOf: NetworkAddresses["rangeOf"],
): number | undefined {
  for (let offset = 1; offset < slotCount; offset++) {
    const slot = findFreeSlot((start + offset) % slotCount, used);
    if (slot !== undefined && !taken.has(rangeOf(slot).first)) return slot;
  }
  return undefined;
}
