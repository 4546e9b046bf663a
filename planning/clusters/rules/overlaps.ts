import { findFreeSlot, findFreeSubnet, slotSubnets } from "../addresses.ts";
import { type Block, formatBlock, overlap } from "../../cidr.ts";
import { type RuleProblem, show } from "../../topology/problem.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import { largestPrefix, readSubnets, slotOf, smallestPrefix, type Subnet } from "../subnets.ts";

/** Checks pod and Service subnets against each other. */
export function* overlapRules(input: RuleInput): Iterable<RuleProblem> {
  // A subnet that is larger than possible overlaps everything: another rule reports that.
  const subnets = readSubnets(input).filter(
    ({ kind, block, isDefault }) => isDefault || block.prefix >= largestPrefix(kind),
  );
  const used = subnets.map((subnet) => subnet.block);
  const moved = new Set<DraftCluster>();
  const shrunk = new Set<Subnet>();
  for (const [index, subnet] of subnets.entries()) {
    const earlier = subnets.slice(0, index).find((known) => mustDiffer(known, subnet));
    if (!earlier) continue;
    const [mover, other] = chooseMover(subnet, earlier);
    if (!mover.isDefault) {
      yield withSubnet(mover, other, used);
    } else if (!moved.has(mover.cluster)) {
      // One slot moves both subnets of a cluster.
      moved.add(mover.cluster);
      const free = findFreeSlot(slotOf(mover.cluster), used);
      if (free !== undefined || other.isDefault) yield withSlot(mover, other, used, free);
      else if (!shrunk.has(other)) {
        shrunk.add(other);
        yield withLess(other, mover, used);
      }
    }
  }
}

/**
 * Default subnets of kind clusters never overlap, so that any Link between them can become a flat one without
 * recreating a cluster. Whoever writes the same subnets for clusters on different networks means to use
 * gateways, which exist for that. Existing clusters can't be changed: they may overlap with clusters to which
 * they have no pod routes.
 */
function mustDiffer(a: Subnet, b: Subnet): boolean {
  if (!overlap(a.block, b.block)) return false;
  // An existing cluster may name a subnet and a part of it.
  if (a.cluster === b.cluster) return a.kind !== b.kind;
  const areKind = a.cluster.isKind && b.cluster.isKind;
  if (a.cluster.network !== b.cluster.network) return areKind && (a.isDefault || b.isDefault);
  if (areKind) return true;
  // Pods on one existing network share its subnets, each with its own address: `preflight` asks the pods.
  if (!a.cluster.isKind && !b.cluster.isKind && a.kind === "pods" && b.kind === "pods")
    return false;
  // Each cluster translates Service addresses itself, so two clusters may have the same.
  return a.kind === "pods" || b.kind === "pods";
}

/**
 * Chooses the one that is easier to change: a default, then a cluster that doesn't exist yet, then the later
 * one.
 */
function chooseMover(later: Subnet, earlier: Subnet): [mover: Subnet, other: Subnet] {
  const effort = ({ isDefault, cluster }: Subnet) => (isDefault ? 0 : cluster.isKind ? 1 : 2);
  return effort(earlier) < effort(later) ? [earlier, later] : [later, earlier];
}

function withSubnet(mover: Subnet, other: Subnet, used: Block[]): RuleProblem {
  const free = findFreeSubnet(mover.kind, mover.block.prefix, used);
  if (free) used.push(free);
  return {
    path: mover.path,
    message: `${show(formatBlock(mover.block))} overlaps ${inWords(other, mover)}`,
    fix: free ? `choose another, such as ${formatBlock(free)}` : "choose another",
  };
}

/** For a written subnet that leaves no slot for clusters with default ones. */
function withLess(written: Subnet, mover: Subnet, used: readonly Block[]): RuleProblem {
  const { kind, block, cluster, path } = written;
  const text = formatBlock(block);
  if (!cluster.isKind) {
    return {
      path: mover.path,
      message: `the pod subnet ${text} of ${show(cluster.name)} leaves no room for default subnets`,
      fix: "put the two on different networks",
    };
  }
  const others = used.filter((one) => one !== block);
  const prefix = Math.min(Math.max(block.prefix + 1, 16), smallestPrefix(kind, cluster));
  const free = findFreeSubnet(kind, prefix, others);
  const whose =
    mover.cluster === cluster ? "the cluster's own" : `those of ${show(mover.cluster.name)}`;
  return {
    path,
    message: `${show(text)} leaves no room for default subnets, such as ${whose}`,
    fix: free ? `write a smaller one, such as ${formatBlock(free)}` : "write a smaller one",
  };
}

function withSlot(
  mover: Subnet,
  other: Subnet,
  used: Block[],
  free: number | undefined,
): RuleProblem {
  const { name, path, spec } = mover.cluster;
  const slot = slotOf(mover.cluster);
  if (free !== undefined) {
    const { pods, services } = slotSubnets(free);
    used.push(pods, services);
  }
  const at = spec.slot === undefined ? path : [...path, "slot"];
  const fix = free === undefined ? "write another slot" : `write slot: ${free}`;
  if (other.isDefault && slot === slotOf(other.cluster)) {
    return {
      path: at,
      message: `${show(name)} and ${show(other.cluster.name)} have the same default subnets (slot ${slot})`,
      fix: `${fix}, for the newer of the two: other subnets recreate a cluster`,
    };
  }
  const kind = mover.kind === "pods" ? "pod" : "Service";
  return {
    path: at,
    message: `the default ${kind} subnet ${formatBlock(mover.block)} overlaps ${inWords(other, mover)}`,
    fix,
  };
}

function inWords({ cluster, kind, block }: Subnet, asker: Subnet): string {
  const subnet = `${kind === "pods" ? "pod" : "Service"} subnet ${formatBlock(block)}`;
  const isOwn = cluster === asker.cluster;
  return isOwn ? `the cluster's own ${subnet}` : `the ${subnet} of ${show(cluster.name)}`;
}
