import type { Topology } from "../../planning/topology.ts";

/** Two clusters that see each other. */
export const pair: Topology = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ between: ["west", "east"] }],
};

/** The same as {@link pair}; east has to be recreated for its pods' new subnet. */
export const pairWithNewEast: Topology = {
  clusters: [{ name: "west" }, { name: "east", podSubnet: "10.99.0.0/21" }],
  links: [{ between: ["west", "east"] }],
};
