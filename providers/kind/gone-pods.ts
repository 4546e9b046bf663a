import type { Container } from "./container.ts";
import { enableUnit, startUnit } from "./node-unit.ts";

const unit = "linkerd-topology-gone-pods.service";

/**
 * A systemd unit that, at every start of a node, makes addresses of the pod subnet without a pod unreachable.
 *
 * A node has a route to each running pod and none to a deleted one, so packets to it take the default route.
 * There they are lost until a time limit ends the wait, or something else answers. Seen behind a transparent
 * HTTP proxy: a service mirror kept its connection to "the gateway" and took the proxy's 404s for the
 * gateway's. The routes to pods and to other nodes' shares of the subnet are longer and win. The metric is
 * the highest, for a share that is as long as the subnet.
 */
export function goneUnit(podSubnet: string): string {
  return startUnit(
    "Addresses of pods that are gone are unreachable",
    `exec ip -4 route replace unreachable ${podSubnet} metric 4294967295`,
  );
}

/** Makes connections to deleted pods fail at once, on every node and after each restart. */
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
