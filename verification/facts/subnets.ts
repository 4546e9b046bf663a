import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listIfServed } from "../../kubernetes/optional.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import type { NodeStatus } from "../status.ts";

export interface SubnetFacts {
  readonly podSubnet: string | undefined;
  readonly serviceSubnet: string | undefined;
}

interface ServiceCidr {
  readonly metadata: Metadata;
  readonly spec?: { readonly cidrs?: readonly string[] };
}

/** Subnets of a cluster that the topology doesn't give: the nodes' shares, and what the cluster says. */
export async function observeSubnets(
  api: KubernetesApi,
  nodes: readonly NodeStatus[],
): Promise<SubnetFacts> {
  const shares = nodes.flatMap(({ podCidrs }) => podCidrs);
  return {
    podSubnet: shares.length === 0 ? undefined : shares.join(", "),
    serviceSubnet: await serviceSubnet(api),
  };
}

async function serviceSubnet(api: KubernetesApi): Promise<string | undefined> {
  // Served since Kubernetes 1.33.
  const path = "/apis/networking.k8s.io/v1/servicecidrs";
  const items = await listIfServed<ServiceCidr>(api, path);
  return items.flatMap(({ spec }) => spec?.cidrs ?? []).join(", ") || undefined;
}
