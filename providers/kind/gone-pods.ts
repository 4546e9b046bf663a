import type { Container } from "./container.ts";
import { enableUnit, startUnit } from "./node-unit.ts";

const unit = "linkerd-topology-gone-pods.service";

/**
 * A systemd unit that makes addresses of the pod subnet without a pod unreachable on its node, at every
 * start of the node.
 *
 * A node has a route to each pod that runs, and none to a pod that is gone: packets to it leave by the
 * default route. There they are lost until a time limit ends the wait, or something answers them: behind a
 * transparent HTTP proxy, a service mirror kept its connection to "the gateway" and took the answers, 404,
 * for the gateway's. The routes to pods and to other nodes' shares of the subnet are longer and win; the
 * metric is the highest, for a share that is as long as the subnet.
 */
export function goneUnit(podSubnet: string): string {
  return startUnit(
    "Addresses of pods that are gone are unreachable",
    `exec ip -4 route replace unreachable ${podSubnet} metric 4294967295`,
  );
}

/** Makes a connection to a pod that is gone fail at once, on every node and after each of its restarts. */
export async function refuseGonePods(
  nodes: readonly Container[],
  podSubnet: string,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    nodes
      .filter(({ role }) => role === "control-plane" || role === "worker")
      .map((node) => enableUnit(node, unit, goneUnit(podSubnet), signal)),
  );
}
