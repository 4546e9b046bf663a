import ipaddr from "ipaddr.js";
import type { Check, ClusterSubject } from "./check.ts";
import { failedForGood, passed } from "./check.ts";

/** The nodes' shares of the pod subnet lie within the planned one. */
export const subnetsAsPlanned: Check<ClusterSubject> = {
  id: "subnets-as-planned",
  title: "pods' addresses are as planned",
  applies: ({ plan, status }) => status.nodes.length > 0 && plan.podSubnet !== undefined,
  run: ({ plan, status }) => {
    const subnet = plan.podSubnet ?? "";
    const outside = status.nodes.flatMap(({ name, podCidrs }) =>
      podCidrs
        .filter((cidr) => !within(cidr, subnet))
        .map((cidr) => `node ${name} has ${cidr}, which is not in ${subnet}`),
    );
    return outside.length === 0
      ? passed(subnet)
      : failedForGood(
          outside.join("; "),
          "The cluster was made with another plan: `up` makes it anew.",
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
