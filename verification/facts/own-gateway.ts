import type { KubernetesApi } from "../../kubernetes/api.ts";
import { plannedOwnGateway } from "../../linkerd/own-gateway-objects.ts";
import { lookAtOwnGateway, lookAtOwnGatewayService } from "../../linkerd/signals/own-gateway.ts";
import type { ClusterPlan } from "../../planning/plan-types.ts";
import type { OwnGatewayStatus } from "../status.ts";

/**
 * Looks at the ingress that is a cluster's gateway.
 *
 * @param found others made the mesh, and with it the Service, whatever its name
 * @returns undefined if Linkerd's own is the gateway, or there is none
 */
export async function observeOwnGateway(
  api: KubernetesApi,
  { gateway }: Pick<ClusterPlan, "gateway">,
  found: boolean,
): Promise<OwnGatewayStatus | undefined> {
  const own = plannedOwnGateway(gateway);
  if (own === undefined) return undefined;
  const [ingress, service] = await Promise.all([
    lookAtOwnGateway(api, own),
    found ? undefined : lookAtOwnGatewayService(api, own),
  ]);
  return {
    namespace: own.namespace,
    ...ingress,
    ...(service?.trouble !== undefined && { service: service.trouble }),
    ...(service?.waitsForAddress === true && { waitsForAddress: true }),
  };
}
