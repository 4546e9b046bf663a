import { defaultSlot, slotSubnets } from "./addresses.ts";
import { type Block, parseBlock, splitSubnets } from "../cidr.ts";
import { nodeCounts } from "../defaults.ts";
import { limits } from "../limits.ts";
import type { Path } from "../topology/problem.ts";
import type { DraftCluster } from "../topology/draft-clusters.ts";
import type { RuleInput } from "../topology/rule-input.ts";

export type SubnetKind = "pods" | "services";

export interface Subnet {
  readonly cluster: DraftCluster;
  readonly kind: SubnetKind;
  readonly block: Block;
  readonly path: Path;
  /** It follows from the cluster's slot. */
  readonly isDefault: boolean;
}

export const subnetKeys = { pods: "podSubnet", services: "serviceSubnet" } as const;

/** Prefix of the largest subnet that Kubernetes accepts. */
export function largestPrefix(kind: SubnetKind): number {
  return kind === "pods" ? limits.largestPodPrefix : limits.largestServicePrefix;
}

/** Prefix of the smallest subnet with room for everything in a cluster. */
export function smallestPrefix(kind: SubnetKind, { spec }: Pick<DraftCluster, "spec">): number {
  return kind === "pods" ? podPrefixFor(nodeCounts(spec).total) : limits.smallestServicePrefix;
}

/** Prefix of the smallest pod subnet for that many nodes. */
export function podPrefixFor(nodes: number): number {
  return limits.podPrefixPerNode - Math.ceil(Math.log2(nodes));
}

/** The slot of a cluster's default subnets. */
export function slotOf(cluster: Pick<DraftCluster, "name" | "spec">): number {
  return cluster.spec.slot ?? defaultSlot(cluster.name);
}

/** The written subnets. An existing cluster may have several of each kind. */
export function writtenSubnets(
  { isKind, spec }: Pick<DraftCluster, "isKind" | "spec">,
  kind: SubnetKind,
): string[] {
  const text = spec[subnetKeys[kind]];
  if (text === undefined) return [];
  return isKind ? [text] : splitSubnets(text);
}

/** Reads a written subnet. @returns undefined if it is unreadable */
export function readSubnet(
  cluster: DraftCluster,
  kind: SubnetKind,
  text: string,
): Subnet | undefined {
  const block = parseBlock(text);
  const path = [...cluster.path, subnetKeys[kind]];
  return block && { cluster, kind, block, path, isDefault: false };
}

/** All known subnets of one kind, without those that can't be read. */
function subnetsOf(cluster: DraftCluster, kind: SubnetKind): Subnet[] {
  if (cluster.isKind && cluster.spec[subnetKeys[kind]] === undefined) {
    const subnets = slotSubnets(slotOf(cluster));
    return [{ cluster, kind, block: subnets[kind], path: cluster.path, isDefault: true }];
  }
  return writtenSubnets(cluster, kind).flatMap((text) => readSubnet(cluster, kind, text) ?? []);
}

/** All known subnets, in the topology's order. */
export function readSubnets(input: RuleInput): Subnet[] {
  return [...input.byName.values()].flatMap((cluster) => [
    ...subnetsOf(cluster, "pods"),
    ...subnetsOf(cluster, "services"),
  ]);
}
