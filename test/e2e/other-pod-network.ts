import { docker } from "../../environments/docker.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { isReady, ownAddresses } from "../../kubernetes/pods.ts";
import { corePath } from "../../linkerd/names.ts";
import { isIn } from "../../verification/checks/cluster-networks-complete.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually } from "./environment.ts";
import { nodeAddress } from "./node-address.ts";
import type { OutsideCluster } from "./outside-clusters.ts";

/** What all pods of {@link useOtherPodNetwork} have addresses of, as those of a VPC have. */
export const sharedPodSubnet = "100.64.0.0/16";

/** The part of it that a cluster's pods get addresses from. Nothing in the cluster says so. */
export function podRange(index: number): string {
  return `100.64.${String(index + 1)}.0/24`;
}

/**
 * Gives the pods of clusters addresses that Kubernetes knows nothing of: neither its `--cluster-cidr` nor the nodes'
 * `podCIDR` has them, as with Calico, Cilium, or a cloud's network. All are of one subnet, and the nodes route them to
 * each other.
 */
export async function useOtherPodNetwork(clusters: readonly OutsideCluster[]): Promise<void> {
  const addresses = await Promise.all(clusters.map(({ api }) => nodeAddress(api)));
  await Promise.all(
    clusters.map(async (cluster, index) => {
      const others = addresses.flatMap((address, other) =>
        other === index ? [] : [`ip route replace ${podRange(other)} via ${address}`],
      );
      const script = [
        // containerd takes the first file.
        `cat > /etc/cni/net.d/05-other.conflist <<'END'\n${JSON.stringify(network(podRange(index)))}\nEND`,
        // Pods of the other cluster see the pods' own addresses.
        `iptables -w -t nat -I KIND-MASQ-AGENT -d ${sharedPodSubnet} -j RETURN`,
        ...others,
      ];
      await docker(["exec", cluster.node, "sh", "-ec", script.join("\n")]);
      await renewPods(cluster, podRange(index));
    }),
  );
}

function network(subnet: string): object {
  return {
    cniVersion: "0.3.1",
    name: "other",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ipam: {
          type: "host-local",
          dataDir: "/run/other-cni",
          routes: [{ dst: "0.0.0.0/0" }],
          ranges: [[{ subnet }]],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** Lets every pod of the pod network be created again, which gives it an address of the other one. */
async function renewPods({ name, api }: OutsideCluster, range: string): Promise<void> {
  const list = (): Promise<readonly Pod[]> => listAll<Pod>(api, "/api/v1/pods");
  const isThere = ({ ip }: { readonly ip: string }): boolean => isIn([range], ip);
  await eventually(`pods of ${name} in ${range}`, timeLimits.nodesReady, async () => {
    const pods = await list();
    for (const pod of pods) {
      const { namespace = "", name, deletionTimestamp } = pod.metadata;
      const isElsewhere = ownAddresses([pod]).some((one) => !isThere(one));
      if (isElsewhere && deletionTimestamp === undefined) {
        await api.delete(corePath(namespace, "pods", name));
      }
    }
    const addresses = ownAddresses(pods);
    const isRenewed = addresses.length > 0 && pods.every(isReady) && addresses.every(isThere);
    return isRenewed ? true : undefined;
  });
}
