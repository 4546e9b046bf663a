import type { NodePlan } from "./plan-types.ts";

/** Every name that the package gives, and those that kind, kubeadm and Linkerd give on their own. */

/** Namespace of the control plane. The same in every cluster, or flat Links lose their identity. */
export const linkerdNamespace = "linkerd";

/** Namespace of the multi-cluster extension, in every cluster. */
export const multiclusterNamespace = "linkerd-multicluster";

/** On the namespaces that a stack makes in a cluster that it did not make: by its value it knows its own. */
export const installationAnnotation = "linkerd-topology.dev/installation";

/** TLS identity of a cluster's gateway. */
export function gatewayIdentity(trustDomain: string): string {
  return `linkerd-gateway.${multiclusterNamespace}.serviceaccount.identity.${linkerdNamespace}.${trustDomain}`;
}

export function dockerNetworkName(topology: string): string {
  return `linkerd-topology-${topology}`;
}

export function kindName(topology: string, cluster: string): string {
  return `${topology}-${cluster}`;
}

/** The nodes of a cluster under the names that kind gives them: control planes first. */
export function nodePlans(kindName: string, controlPlanes: number, workers: number): NodePlan[] {
  const numbered = (role: NodePlan["role"], count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${kindName}-${role}${index === 0 ? "" : index + 1}`,
      role,
    }));
  return [...numbered("control-plane", controlPlanes), ...numbered("worker", workers)];
}

/** The container in front of several control planes. */
export function loadBalancerName(kindName: string): string {
  return `${kindName}-external-load-balancer`;
}

/** By the name that kubeadm's certificate holds. */
export function apiServerUrl(kindName: string, controlPlanes: number): string {
  const host = controlPlanes > 1 ? loadBalancerName(kindName) : `${kindName}-control-plane`;
  return `https://${host}:6443`;
}

/** How an API server is reached: where, and by which name its certificate is checked, where that is another. */
export interface ApiServer {
  readonly server: string;
  readonly tlsServerName?: string | undefined;
}

/**
 * By address, where the API server keeps one: only Docker's containers know the container's name, while an
 * address leads there from this machine as well.
 *
 * @param url of the API server, by the name that its certificate holds
 */
export function apiServerAt(url: string, address: string | undefined): ApiServer {
  if (address === undefined) return { server: url };
  const { hostname, port } = new URL(url);
  return { server: `https://${address}:${port}`, tlsServerName: hostname };
}

/**
 * Service account in the target that one source alone uses, so that it can be cut off alone. Its roles
 * bear the name as well.
 */
export function accessAccount(source: string): string {
  return `linkerd-access-from-${source}`;
}

/** Secret that holds an account's token of a generation. No account's name has a full stop. */
export function accessToken(account: string, generation: number): string {
  return `${account}.token-${generation}`;
}

/** The mirror of a target's Service, or of a pod behind a headless one, in every source. */
export function mirrorName(name: string, target: string): string {
  return `${name}-${target}`;
}

/** The Service that all members of that name form. Linkerd's suffix can't be configured. */
export function federatedName(service: string): string {
  return `${service}-federated`;
}

/** Name of the Secrets that hold the credentials for a target. Linkerd's controllers look for it. */
export function credentialsName(target: string): string {
  return `cluster-credentials-${target}`;
}
