import { defaultSlot, slotSubnets } from "./addresses.ts";
import { parseBlock } from "./cidr.ts";
import type { Block } from "./cidr.ts";
import type { Path } from "./problem.ts";
import type { Scene, SceneCluster } from "./scene.ts";

export type SubnetKind = "pods" | "services";

/** A subnet of a cluster, written or by default. */
export interface Subnet {
  readonly cluster: SceneCluster;
  readonly kind: SubnetKind;
  readonly block: Block;
  readonly path: Path;
  /** It follows from the cluster's slot. */
  readonly isDefault: boolean;
}

export const subnetKeys = { pods: "podSubnet", services: "serviceSubnet" } as const;

/** Whose pair of default subnets a cluster gets. */
export function slotOf(cluster: Pick<SceneCluster, "name" | "spec">): number {
  return cluster.spec.slot ?? defaultSlot(cluster.name);
}

/** @returns undefined where it is not known, or not readable */
export function readSubnet(cluster: SceneCluster, kind: SubnetKind): Subnet | undefined {
  const text = cluster.spec[subnetKeys[kind]];
  if (text === undefined) {
    if (!cluster.isKind) return undefined;
    const subnets = slotSubnets(slotOf(cluster));
    return { cluster, kind, block: subnets[kind], path: cluster.path, isDefault: true };
  }
  const block = parseBlock(text);
  const path = [...cluster.path, subnetKeys[kind]];
  return block && { cluster, kind, block, path, isDefault: false };
}

/** All that are known, in the topology's order. */
export function readSubnets(scene: Scene): Subnet[] {
  return [...scene.byName.values()]
    .flatMap((cluster) => [readSubnet(cluster, "pods"), readSubnet(cluster, "services")])
    .filter((subnet) => subnet !== undefined);
}
