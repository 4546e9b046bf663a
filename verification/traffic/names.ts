/** The default image of the probes: Kubernetes' own image for end-to-end tests. */
export const defaultProbeImage = "registry.k8s.io/e2e-test-images/agnhost:2.56";

/** Has the verification's id, by which the leftovers of a killed verification are recognised. */
export const verificationLabel = "linkerd-topology.dev/verification";
/** After this time (ISO 8601) nobody uses the namespace any more. */
export const expiresAnnotation = "linkerd-topology.dev/expires";

/**
 * The namespace of one verification. It has the same name in every cluster, because Linkerd mirrors into the
 * namespace of the same name.
 */
export function verificationNamespace(id: string): string {
  return `linkerd-topology-verify-${id}`;
}

export const clientPod = "client";
/** Name of the container of every probe pod. */
export const probeContainer = "agnhost";
export const serverAccount = "server";
/** Label of the servers, which the Services select. */
export const serverLabel = { app: "server" };
export const serverPort = 8080;

/**
 * The account's name differs by cluster: the clusters share a trust domain, so accounts of one name could not
 * be told apart.
 */
export function clientAccount(cluster: string): string {
  return `client-${cluster}`;
}

/**
 * Pod and host name of a cluster's server. It is short, because the name of its mirror also has the target's
 * name.
 */
export function serverName(place: number): string {
  return `server-${place}`;
}
