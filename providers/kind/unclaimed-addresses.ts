import type { ClusterInputs } from "./cluster-inputs.ts";
import type { Container } from "./container.ts";
import { enableUnit, startUnit } from "./node-unit.ts";

/** Nodes of earlier versions have it under this name. */
const unit = "linkerd-topology-gone-pods.service";

/** The subnets of a cluster, IPv4 CIDRs. */
type Subnets = Pick<ClusterInputs, "podSubnet" | "serviceSubnet">;

/**
 * A systemd unit that, at every start of a node, keeps packets to addresses that no pod and no Service has within the
 * cluster. Without it they take the default route. There they are lost until a time limit ends the wait, or something
 * else answers: a transparent proxy that answers for every address, with which the client then keeps its connection.
 * - Pods: a node has a route to each running pod and none to a deleted one. Seen: a service mirror took the proxy's 404s
 *   for the gateway's. The routes to pods and to other nodes' shares of the subnet are longer and win. The metric is the
 *   highest, for a share that is as long as the subnet.
 * - Services: kube-proxy replaces their addresses before the filter, so a packet that still has one is of a Service that
 *   kube-proxy doesn't know yet. Seen: the API server took the proxy's 404s for those of linkerd-viz' tap until it was
 *   restarted. A dropped packet is sent again, by then to the Service.
 */
export function unclaimedUnit({ podSubnet, serviceSubnet }: Subnets): string {
  const rule = `"$chain" -d ${serviceSubnet} -j DROP`;
  return startUnit(
    "Addresses that no pod and no Service has stay within the cluster",
    `for chain in OUTPUT FORWARD; do iptables -w -C ${rule} 2>/dev/null || iptables -w -A ${rule}; done; ` +
      `exec ip -4 route replace unreachable ${podSubnet} metric 4294967295`,
  );
}

/** Keeps packets to unclaimed addresses within the cluster, on every node and after each restart. */
export async function keepUnclaimed(
  nodes: readonly Container[],
  subnets: Subnets,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    nodes
      .filter(({ role }) => role === "control-plane" || role === "worker")
      .map((node) => enableUnit(node, unit, unclaimedUnit(subnets), signal)),
  );
}
