import ipaddr from "ipaddr.js";
import type { Check, ClusterSubject } from "./check.ts";
import { failed, failedForGood, kubectl, passed } from "./check.ts";

/**
 * The nodes' shares of the pod subnet lie within the planned one. In existing clusters (Calico, Cilium, a
 * cloud) pods may have addresses outside their nodes' shares, so `pods-in-subnet` looks at the pods.
 */
export const subnetsAsPlanned: Check<ClusterSubject> = {
  id: "subnets-as-planned",
  title: "pods' addresses are as planned",
  applies: ({ plan, status, found }) => !found && status.nodes.length > 0 && plan.type === "kind",
  run: ({ plan, status }) => {
    const subnet = plan.podSubnet ?? "";
    const without = status.nodes.filter(({ podCidrs }) => podCidrs.length === 0);
    if (without.length > 0) {
      return failed(
        `Kubernetes has no pod CIDR of ${without.map(({ name }) => name).join(", ")}`,
        `Look with: ${kubectl(status, "get nodes -o yaml")}`,
      );
    }
    const outside = status.nodes.flatMap(({ name, podCidrs }) =>
      podCidrs
        .filter((cidr) => !within(cidr, subnet))
        .map((cidr) => `node ${name} has ${cidr}, which is not in ${subnet}`),
    );
    return outside.length === 0
      ? passed(subnet)
      : failedForGood(
          outside.join("; "),
          "The cluster was created from another plan: `up` recreates it.",
        );
  },
};

function within(cidr: string, subnet: string): boolean {
  const [address, length] = ipaddr.parseCIDR(cidr);
  const [around, aroundLength] = ipaddr.parseCIDR(subnet);
  return (
    address.kind() === around.kind() &&
    length >= aroundLength &&
    address.match(around, aroundLength)
  );
}
