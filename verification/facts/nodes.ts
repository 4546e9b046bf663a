import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { KubernetesNode } from "../../kubernetes/objects.ts";
import type { NodeStatus } from "../status.ts";

export async function observeNodes(api: KubernetesApi): Promise<readonly NodeStatus[]> {
  const items = await listAll<KubernetesNode>(api, "/api/v1/nodes");
  return items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    role:
      metadata.labels?.["node-role.kubernetes.io/control-plane"] === undefined
        ? "worker"
        : "control-plane",
    ready: (status?.conditions ?? []).some(
      (condition) => condition.type === "Ready" && condition.status === "True",
    ),
    address: status?.addresses?.find((address) => address.type === "InternalIP")?.address,
    podCidrs: spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]),
  }));
}
