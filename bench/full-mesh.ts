import type { LinkMode, Topology } from "../planning/topology.ts";

/** Each cluster linked to each. Mixed Links: all of them on one network. */
export function fullMesh(size: number, mode: LinkMode = "gateway"): Topology {
  const names = Array.from({ length: size }, (_, index) => `cluster-${index}`);
  return {
    // Slots of their own: two names out of 64 may well lead to the same subnets.
    clusters: names.map((name, slot) => ({
      name,
      slot,
      ...(mode !== "gateway" && { network: "one" }),
    })),
    links: [{ between: names, mode }],
  };
}
