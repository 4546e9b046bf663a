import { ownAddresses } from "../../kubernetes/pods.ts";
import { splitSubnets } from "../../planning/cidr.ts";
import type { AskedCluster } from "./asked.ts";
import { type Check, failedForGood, notRun, passed } from "./check.ts";
import { isIn } from "./cluster-networks-complete.ts";
import { firstOf } from "./first-of.ts";

/**
 * The pods of an existing cluster have addresses in the pod subnets of the topology: flat Links and policies
 * rely on that. The check looks at the pods, because the nodes' shares may be unused.
 */
export const podsInSubnet: Check<AskedCluster> = {
  id: "pods-in-subnet",
  title: "pods' addresses are in the pod subnets of the topology",
  // In a mesh that others made, the plan takes the subnets from the nodes.
  applies: ({ plan, found }) => !found && plan.type === "existing" && plan.podSubnet !== undefined,
  run: async ({ lists, plan }) => {
    const subnets = splitSubnets(plan.podSubnet ?? "");
    const addresses = ownAddresses(await lists.livePods()).filter(({ ip }) => !ip.includes(":"));
    if (addresses.length === 0) return notRun("no pod with an address was seen");
    const outside = addresses.filter(({ ip }) => !isIn(subnets, ip));
    return outside.length === 0
      ? passed(`${addresses.length} addresses`)
      : failedForGood(
          `outside of ${subnets.join(", ")}: ${firstOf(outside.map(({ pod, ip }) => `pod ${pod} (${ip})`))}`,
          `Write every pod subnet of ${plan.name} as its podSubnet, with commas between them.`,
        );
  },
};
