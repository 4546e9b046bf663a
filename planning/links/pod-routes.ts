/** The DaemonSet that maintains a cluster's routes to the pods of the other clusters on its network. */
export const podRoutes = {
  namespace: "kube-system",
  name: "linkerd-topology-pod-routes",
  /** Environment variable with the destinations of the routes, a line of {@link routeLine} each. */
  variable: "PEERS",
} as const;

/**
 * The line for one node that routes lead to.
 *
 * @param podSubnet pod subnet of its cluster, CIDR
 * @param node its name
 * @param share its own part of the pod subnet, CIDR
 */
export function routeLine(podSubnet: string, node: string, share: string): string {
  return `${podSubnet} ${node} ${share}`;
}
