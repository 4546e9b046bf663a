import { createHash } from "node:crypto";
import { block, type Block, blockAt, overlap, sizeOf } from "../cidr.ts";

/**
 * Default subnets. They follow from the cluster's name alone, so that no cluster is ever recreated because
 * another one was added or removed. The price is that two names may lead to the same pair. Validation reports
 * that, and writing `slot` fixes it. Probing for the next free pair instead would make a cluster's addresses
 * depend on its neighbours.
 *
 * Everything here decides the addresses of existing clusters: a change of a constant recreates them.
 */
const prefix = 21;
const podSpace = block("10.0.0.0/9");
const serviceSpace = block("10.128.0.0/9");

/** Number of pairs of default subnets. */
export const slotCount = sizeOf(9) / sizeOf(prefix);

/** The number of nodes that fit into a default pod subnet: kubeadm gives each a /24. */
export const nodesPerDefaultSubnet = sizeOf(prefix) / sizeOf(24);

/** Used so widely that they are likely to be on the machine or behind its VPN already. */
const notorious = [
  "10.0.0.0/15", // Docker Swarm's overlays, and most home and office networks
  "10.8.0.0/16", // OpenVPN
  "10.42.0.0/15", // k3s
  "10.88.0.0/15", // Podman
  "10.96.0.0/12", // Services of kubeadm and kind
  "10.152.183.0/24", // Services of MicroK8s
  "10.233.0.0/16", // Kubespray
  "10.244.0.0/16", // pods of kind, Flannel and minikube
].map(block);

const defaultSlots = Array.from({ length: slotCount }, (_, slot) => slot).filter((slot) =>
  isUnused(slot, notorious),
);

/** The subnets of one cluster's pods and Services. */
export interface SubnetPair {
  readonly pods: Block;
  readonly services: Block;
}

export function slotSubnets(slot: number): SubnetPair {
  return {
    pods: blockAt(podSpace.first + slot * sizeOf(prefix), prefix),
    services: blockAt(serviceSpace.first + slot * sizeOf(prefix), prefix),
  };
}

/**
 * The slot of a name. A number at its end counts on from the slot of the rest, so that the clusters of a
 * numbered series (`edge-1`, `edge-2`, ...) never share one.
 */
export function defaultSlot(name: string): number {
  const digits = /\d{0,9}$/.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - digits.length);
  const start = createHash("sha256").update(stem).digest().readUInt32BE(0);
  const offset = digits === "" ? 0 : Number(digits) + 1;
  return defaultSlots[(start + offset) % defaultSlots.length] ?? 0;
}

/** The first slot from `start` on whose subnets overlap none of those in use. */
export function findFreeSlot(start: number, used: readonly Block[]): number | undefined {
  const from = defaultSlots.findIndex((slot) => slot >= start);
  const candidates = [...defaultSlots.slice(from), ...defaultSlots.slice(0, Math.max(from, 0))];
  return candidates.find((slot) => isUnused(slot, used));
}

/** A subnet of that size, from the space of the default ones, that overlaps none of those in use. */
export function findFreeSubnet(
  kind: "pods" | "services",
  size: number,
  used: readonly Block[],
): Block | undefined {
  const space = kind === "pods" ? podSpace : serviceSpace;
  const taken = [...used, ...notorious];
  for (let first = space.first; first <= space.last; first += sizeOf(size)) {
    const candidate = blockAt(first, size);
    if (!taken.some((other) => overlap(candidate, other))) return candidate;
  }
  return undefined;
}

function isUnused(slot: number, used: readonly Block[]): boolean {
  const { pods, services } = slotSubnets(slot);
  return !used.some((other) => overlap(other, pods) || overlap(other, services));
}
