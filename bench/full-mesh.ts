import type { LinkMode, Topology } from "../planning/topology.ts";

/** A topology with a Link between every two clusters. With mixed Links, all clusters share one network. */
export function fullMesh(size: number, mode: LinkMode = "gateway"): Topology {
  const names = Array.from({ length: size }, (_, index) => `cluster-${index}`);
  return {
    // Fixed slots, because two of 64 names may well lead to the same subnets.
    clusters: names.map((name, slot) => ({
      name,
      slot,
      ...(mode !== "gateway" && { network: "one" }),
    })),
    links: [{ between: names, mode }],
  };
}
