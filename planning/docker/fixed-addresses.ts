import { slotCount } from "../clusters/addresses.ts";
import { formatFirst, blockAt, parseBlock, sizeOf } from "../cidr.ts";
import type { ClusterPlan, KindClusterPlan } from "../plan-types.ts";

/**
 * The address that each cluster's API server keeps on the Docker network, by the cluster's name.
 *
 * Docker assigns addresses from the bottom, and others after a restart. So these come from the top half of
 * the range, where a cluster's slot alone decides: no cluster moves because of a new one. Only if a range has
 * fewer addresses than there are slots, two clusters may share one. Then the later one takes the next.
 *
 * Of several control planes it is their load balancer's.
 *
 * @param range from which Docker assigns the nodes' addresses, a CIDR
 * @returns no addresses if the range is too small for the nodes and these
 */
export function fixedAddresses(
  clusters: readonly ClusterPlan[],
  range: string,
): ReadonlyMap<string, string> {
  const block = parseBlock(range);
  const kind = clusters.filter((cluster) => cluster.type === "kind");
  if (block === undefined) return new Map();
  const half = sizeOf(block.prefix) / 2;
  // Without the broadcast address, and at the bottom without the network's own and Docker's.
  const room = Math.min(half - 1, slotCount);
  const containers = kind.reduce((sum, cluster) => sum + containersOf(cluster), 0);
  if (kind.length > room || containers > half - 2) return new Map();
  const taken = new Set<number>();
  return new Map(
    kind.map(({ name, slot }) => {
      let offset = slot % room;
      while (taken.has(offset)) offset = (offset + 1) % room;
      taken.add(offset);
      return [name, formatFirst(blockAt(block.last - 1 - offset, 32))];
    }),
  );
}

/** How many control planes a cluster has. */
export function controlPlanes({ nodes }: KindClusterPlan): number {
  return nodes.filter(({ role }) => role === "control-plane").length;
}

/** Includes the load balancer of several control planes. */
function containersOf(cluster: KindClusterPlan): number {
  return cluster.nodes.length + (controlPlanes(cluster) > 1 ? 1 : 0);
}
