import { OwnGateway } from "@linkerd-topology/mesh";
import type * as pulumi from "@pulumi/pulumi";
import { plannedOwnGateway } from "../linkerd/own-gateway-objects.ts";
import type { Plan } from "../planning/plan-types.ts";
import { planGatewayAdmission } from "../planning/policy/gateway-admission.ts";
import type { Member } from "./member.ts";
import { accessTo, onCluster } from "./mesh-cluster.ts";
import { admittedIdentities, admittedNetworks } from "./policy/gateway-admission.ts";

/**
 * Makes the cluster's own ingress its gateway.
 *
 * @returns undefined if Linkerd's own is the gateway, or there is none
 */
export function makeOwnGateway(
  { plan: { name, gateway }, prefix, cluster, multicluster, proxies }: Member,
  plan: Plan,
  around: {
    readonly dockerSubnet: pulumi.Input<string> | undefined;
    readonly topology: pulumi.Resource;
  },
): OwnGateway | undefined {
  const wanted = plannedOwnGateway(gateway);
  if (wanted === undefined) return undefined;
  const admission = planGatewayAdmission(plan, name);
  if (admission === undefined) return undefined;
  return new OwnGateway(
    `${prefix}-own-gateway`,
    {
      ...accessTo(cluster),
      ...wanted,
      identities: [...admittedIdentities(admission)],
      networks: admittedNetworks(admission, around.dockerSubnet),
    },
    onCluster(cluster, around.topology, {
      // Linkerd's own gateway, which it may replace, is gone by then, and its node ports are free.
      dependsOn: [multicluster.installed, proxies],
      // Two Services can't have the same node ports.
      deleteBeforeReplace: true,
    }),
  );
}
