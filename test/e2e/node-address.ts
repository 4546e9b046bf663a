import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesNode, List } from "../../kubernetes/objects.ts";

/** The address of a cluster's first node in its Docker network. */
export async function nodeAddress(api: KubernetesApi): Promise<string> {
  const { items } = await api.get<List<KubernetesNode>>("/api/v1/nodes");
  const addresses = items.flatMap(({ status }) => status?.addresses ?? []);
  return addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
}
