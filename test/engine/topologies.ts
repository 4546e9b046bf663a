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

/** Topologies with clusters that no stack makes, by the kubeconfigs of those. */
export const outsideStacks: Readonly<
  Record<string, (kubeconfigOf: (cluster: string) => string) => Topology>
> = {
  /** Two of them. */
  guests: (kubeconfigOf) => ({
    clusters: [guest("north", kubeconfigOf, 1), guest("south", kubeconfigOf, 2)],
    links: [{ from: "north", to: "south" }],
    exports: [{ from: "south", namespace: "shop", service: "web" }],
  }),
  /** One of them, and one that the package makes. */
  "guest-and-kind": (kubeconfigOf) => ({
    clusters: [{ name: "west" }, guest("south", kubeconfigOf, 1)],
    links: [{ between: ["west", "south"] }],
    exports: [{ from: "south", namespace: "shop", service: "web" }],
  }),
};

function guest(name: string, kubeconfigOf: (cluster: string) => string, index: number) {
  return {
    name,
    kubeconfig: kubeconfigOf(name),
    apiServer: `https://192.0.2.${String(index)}:6443`,
    gateway: { addresses: [`192.0.2.${String(index)}`] },
  };
}
