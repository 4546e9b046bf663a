import { splitSubnets, subnetsOverlap } from "../../planning/cidr.ts";
import type { ExistingClusterPlan, Plan } from "../../planning/plan-types.ts";
import { messageOf } from "../../system/message-of.ts";
import { isUnreachable, NoKubeconfig } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { ownAddresses } from "../../kubernetes/pods.ts";
import type { PreflightCheck } from "./check.ts";
import { connectTo } from "./existing-clusters.ts";

/**
 * Existing clusters may share a pod subnet if it is the network's (of a VPC) and each pod has its own
 * address. But if each cluster has its own copy of it, as k3s has the same subnet everywhere, a flat Link
 * would lead to whichever pod of the source's cluster has the address. The pods show which case it is.
 */
export const checkPodAddresses: PreflightCheck = async ({ plan, state }) => {
  const pairs = sharingPairs(plan);
  const clusters = new Set(pairs.flat());
  const found = new Map<ExistingClusterPlan, ReadonlyMap<string, string> | string | undefined>(
    await Promise.all(
      [...clusters].map(async (cluster) => {
        try {
          const api = await connectTo(cluster, plan.name, state);
          return [cluster, podsByAddress(await listAll<Pod>(api, "/api/v1/pods"))] as const;
        } catch (error) {
          // Another check finds out whether it answers at all.
          const isTold = isUnreachable(error) || error instanceof NoKubeconfig;
          return [cluster, isTold ? undefined : messageOf(error)] as const;
        }
      }),
    ),
  );
  const unread = [...found].flatMap(([{ name }, pods]) =>
    typeof pods === "string"
      ? [
          `cluster ${name}: whether its pods have addresses of their own can't be read (${pods}): let the ` +
            "account of the kubeconfig list pods",
        ]
      : [],
  );
  const shared = pairs.flatMap(([one, other]) => {
    const [own, others] = [found.get(one), found.get(other)];
    if (typeof own !== "object" || typeof others !== "object") return [];
    const [address] = [...own.keys()].filter((ip) => others.has(ip));
    return address === undefined
      ? []
      : [
          `clusters ${one.name} and ${other.name} are on one network, and have pods of one address: ` +
            `${own.get(address) ?? ""} and ${others.get(address) ?? ""} (${address}): put them on different ` +
            "networks, or write mode: gateway",
        ];
  });
  return [...unread, ...shared];
};

/** Existing clusters with a Link from pod to pod and overlapping pod subnets. */
function sharingPairs({ clusters, links }: Plan): [ExistingClusterPlan, ExistingClusterPlan][] {
  const existing = clusters.filter((cluster) => cluster.type === "existing");
  return existing.flatMap((one, index) =>
    existing.slice(index + 1).flatMap((other): [ExistingClusterPlan, ExistingClusterPlan][] => {
      const names = [one.name, other.name];
      const isRouted = links.some(
        ({ source, target, mode }) =>
          mode !== "gateway" && names.includes(source) && names.includes(target),
      );
      return isRouted && meet(one.podSubnet, other.podSubnet) ? [[one, other]] : [];
    }),
  );
}

function meet(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return splitSubnets(one).some((a) => splitSubnets(other).some((b) => subnetsOverlap(a, b)));
}

function podsByAddress(pods: readonly Pod[]): Map<string, string> {
  return new Map(ownAddresses(pods).map(({ pod, ip }) => [ip, pod]));
}
