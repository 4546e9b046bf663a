import type { ClusterSpec } from "../../planning/topology.ts";
import type { SharedClusters } from "./scenario.ts";

/** Trust domains of their own, as policies need them; north has Linkerd's own. */
export const trustDomains = {
  west: "west.test",
  east: "east.test",
  north: "cluster.local",
} as const;

/** The network of each. */
export type Networks = Readonly<Record<keyof typeof trustDomains, string>>;

/**
 * The clusters that the scenarios share, one of them with a second node, on these networks. A scenario
 * differs from another in what changes in place: recreating a cluster costs a minute.
 */
export function threeClusters(
  shared: SharedClusters,
  networks: Networks,
): [ClusterSpec, ClusterSpec, ClusterSpec] {
  return [
    {
      name: "west",
      network: networks.west,
      nodes: { workers: 1 },
      trust: { domain: trustDomains.west },
    },
    {
      name: "east",
      network: networks.east,
      trust: { domain: trustDomains.east },
      ...shared.eastSubnet,
    },
    { name: "north", network: networks.north },
  ];
}

/** On which networks they are in most scenarios. */
export const together: Networks = { west: "lab-1", east: "lab-1", north: "lab-1" };
export const northApart: Networks = { ...together, north: "lab-2" };

/** Proxies as native sidecars, as they are by default in newer releases. */
export const nativeSidecars = {
  linkerd: { values: { controlPlane: { proxy: { nativeSidecar: true } } } },
};

/** The Links of the stack `mixed`: west and east are on one network, north on another. */
export const mixedLinks = [
  { between: ["west", "east"], mode: "mixed" as const },
  { from: ["west", "east"], to: "north", mode: "gateway" as const },
  { from: "north", to: ["west", "east"], mode: "gateway" as const },
];

/** Both sorts of Links, one of each pair of networks: west and east are on one, north on another. */
export function baseTopology(shared: SharedClusters) {
  return {
    clusters: threeClusters(shared, northApart),
    links: [
      { between: ["west", "east"], mode: "mixed" as const },
      { between: ["north", "east"], mode: "gateway" as const },
    ],
    ...nativeSidecars,
  };
}
