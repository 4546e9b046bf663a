import type { KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import { isUnreachable, NoKubeconfig } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { isOurs } from "../../linkerd/traffic-objects.ts";
import { gatewayName, multiclusterNamespace } from "../../planning/names.ts";
import type { ClusterPlan, GatewayPlan } from "../../planning/plan-types.ts";
import { messageOf } from "../../system/message-of.ts";
import { kindClustersIn } from "../state-clusters.ts";
import type { PreflightCheck, PreflightContext } from "./check.ts";
import { connectTo } from "./existing-clusters.ts";

/**
 * The node ports of a gateway must not belong to another Service of a cluster that runs. The API server would refuse
 * the gateway's Service, in the middle of an `up`.
 */
export const checkNodePorts: PreflightCheck = async (context) => {
  // The gateways of a mesh that others made are there, under any name.
  if (context.plan.adopted === true) return [];
  const problems = await Promise.all(
    context.plan.clusters.map(async (cluster) => {
      const { name, gateway } = cluster;
      if (gateway?.serviceType !== "NodePort") return [];
      try {
        const api = await apiOf(cluster, context);
        if (api === undefined) return [];
        const services = await listAll<Service>(api, "/api/v1/services");
        return services.flatMap((service) => conflictsOf(name, gateway, service));
      } catch (error) {
        // Another check finds out whether an existing cluster answers; `up` starts the nodes of kind clusters.
        if (isUnreachable(error) || error instanceof NoKubeconfig) return [];
        return [
          `cluster ${name}: its Services can't be listed, so it is unknown whether the gateway's node ports are free ` +
            `(${messageOf(error)}): let the account of the kubeconfig list services, or correct the kubeconfig`,
        ];
      }
    }),
  );
  return problems.flat();
};

/** Undefined: the cluster doesn't exist yet, or this `up` recreates it. */
async function apiOf(
  cluster: ClusterPlan,
  { plan, state }: PreflightContext,
): Promise<KubernetesApi | undefined> {
  if (cluster.type !== "kind") return connectTo(cluster, plan.name, state);
  const made = state && kindClustersIn(state).find((one) => one.kindName === cluster.kindName);
  if (made?.kubeconfigPath === undefined || made.generation !== cluster.generation)
    return undefined;
  return connect({ kubeconfigPath: made.kubeconfigPath });
}

function conflictsOf(cluster: string, gateway: GatewayPlan, service: Service): string[] {
  const { port, probePort } = gateway.exposed ?? gateway;
  const keys = new Map([
    [port, "nodePort"],
    [probePort, "probeNodePort"],
  ]);
  if (isGatewayOf(gateway, service)) return [];
  const { name, namespace = "" } = service.metadata;
  const isFormer = name === gatewayName && isOurs(service);
  return (service.spec?.ports ?? []).flatMap(({ nodePort }) => {
    const key = nodePort === undefined ? undefined : keys.get(nodePort);
    if (key === undefined) return [];
    const what = `cluster ${cluster}: the Service ${namespace}/${name} has the node port ${nodePort}`;
    return isFormer
      ? `${what} until Linkerd's own gateway has taken its place: write another gateway.${key}`
      : `${what}, which the gateway needs: write another gateway.${key}, or give that Service another one`;
  });
}

/** Whether a Service is the gateway's, or has gone by the time that the gateway's is made. */
function isGatewayOf({ own }: GatewayPlan, service: Service): boolean {
  const { name, namespace } = service.metadata;
  // Linkerd's own gateway, whose chart may give it another name. It goes before the Service of an ingress is made.
  if (namespace === multiclusterNamespace) return true;
  // So does that of a former ingress.
  return own !== undefined && name === gatewayName && isOurs(service);
}
