import type { Pod } from "../kubernetes/objects.ts";
import { deploymentOf } from "../kubernetes/pods.ts";
import { multiclusterNamespace } from "../planning/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { OwnGatewaySpec } from "../planning/topology.ts";
import { holds } from "./holds.ts";
import { gatewayDeployment } from "./names.ts";

/** The ingress that is a cluster's gateway. Undefined: Linkerd's own is, or the cluster has none. */
export function ownGatewayOf(
  { clusters }: Pick<Plan, "clusters">,
  cluster: string,
): OwnGatewaySpec | undefined {
  return clusters.find(({ name }) => name === cluster)?.gateway?.own;
}

/**
 * Whether a pod takes what other clusters send.
 *
 * @param own the ingress that does that in place of Linkerd's gateway
 */
export function isGatewayPod({ metadata }: Pod, own: OwnGatewaySpec | undefined): boolean {
  const { namespace, name, labels } = metadata;
  if (own === undefined) {
    return namespace === multiclusterNamespace && deploymentOf(name) === gatewayDeployment;
  }
  return namespace === own.namespace && holds(own.selector, labels ?? {});
}
