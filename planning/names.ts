import type { ClusterPlan, NodePlan } from "./plan-types.ts";

/** Every name that the package chooses, and those that kind, kubeadm and Linkerd choose. */

/**
 * Namespace of the control plane. It must be the same in every cluster, or flat Links lose their identity.
 */
export const linkerdNamespace = "linkerd";

/** Namespace of the multi-cluster extension, in every cluster. */
export const multiclusterNamespace = "linkerd-multicluster";

/**
 * Annotation of the namespaces that a stack creates in an existing cluster. Its value says that they are the
 * stack's own.
 */
export const installationAnnotation = "linkerd-topology.dev/installation";

/** Name of the gateway's Service, and of the Deployment and the account of Linkerd's own. */
export const gatewayName = "linkerd-gateway";

/** TLS identity of a cluster's gateway. @param own the ingress that is the gateway. @default Linkerd's own */
export function gatewayIdentity(
  trustDomain: string,
  own: { readonly namespace: string; readonly serviceAccount: string } = {
    namespace: multiclusterNamespace,
    serviceAccount: gatewayName,
  },
): string {
  return `${own.serviceAccount}.${own.namespace}.serviceaccount.identity.${linkerdNamespace}.${trustDomain}`;
}

export function dockerNetworkName(topology: string): string {
  return `linkerd-topology-${topology}`;
}

export function kindName(topology: string, cluster: string): string {
  return `${topology}-${cluster}`;
}

/** The nodes of a cluster with kind's names, control planes first. */
export function nodePlans(kindName: string, controlPlanes: number, workers: number): NodePlan[] {
  const numbered = (role: NodePlan["role"], count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${kindName}-${role}${index === 0 ? "" : index + 1}`,
      role,
    }));
  return [...numbered("control-plane", controlPlanes), ...numbered("worker", workers)];
}

/** The load balancer's container in front of several control planes. */
export function loadBalancerName(kindName: string): string {
  return `${kindName}-external-load-balancer`;
}

/** Uses the name in kubeadm's certificate. */
export function apiServerUrl(kindName: string, controlPlanes: number): string {
  const host = controlPlanes > 1 ? loadBalancerName(kindName) : `${kindName}-control-plane`;
  return `https://${host}:6443`;
}

/** How to reach an API server: its URL, and the name in its certificate if that differs. */
export interface ApiServer {
  readonly server: string;
  readonly tlsServerName?: string | undefined;
}

/**
 * Uses the address if the API server keeps one: only Docker's containers can resolve the container's name,
 * while the address also works from this machine.
 *
 * @param url of the API server, with the name in its certificate
 */
export function apiServerAt(url: string, address: string | undefined): ApiServer {
  if (address === undefined) return { server: url };
  const { hostname, port } = new URL(url);
  return { server: `https://${address}:${port}`, tlsServerName: hostname };
}

/**
 * Service account in the target. Each source has its own, so that it can be cut off alone. Its roles have the
 * same name.
 */
export function accessAccount(source: string): string {
  return `linkerd-access-from-${source}`;
}

/** Secret of an account's token of a generation. Names of accounts contain no full stop. */
export function accessToken(account: string, generation: number): string {
  return `${account}.token-${generation}`;
}

/** The mirror of a target's Service, or of a pod of a headless one, in every source. */
export function mirrorName(name: string, target: string): string {
  return `${name}-${target}`;
}

/** The federated Service of all members with a name. Linkerd's suffix can't be configured. */
export function federatedName(service: string): string {
  return `${service}-federated`;
}

/** Name of the Secrets with the credentials for a target. Linkerd's controllers look for it. */
export function credentialsName(target: string): string {
  return `cluster-credentials-${target}`;
}

/**
 * Part of the logical name of everything in a cluster. It changes with the cluster's generation.
 *
 * @param topology logical name of the Topology
 */
export function memberName(topology: string, cluster: ClusterPlan): string {
  const suffix = cluster.type === "kind" ? `-${cluster.generation}` : "";
  return `${topology}-${cluster.name}${suffix}`;
}

/** Logical name of a trust anchor. The first generation keeps the name from before there were several. */
export function anchorName(topology: string, generation: number): string {
  return generation === 1 ? topology : `${topology}-anchor-${String(generation)}`;
}
