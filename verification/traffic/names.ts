/** What is sent traffic with unless told otherwise: Kubernetes' own image for end-to-end tests. */
export const defaultProbeImage = "registry.k8s.io/e2e-test-images/agnhost:2.56";

/** Bears the verification's id: how one that was killed is recognised by what it left. */
export const verificationLabel = "linkerd-topology.dev/verification";
/** From then on (ISO 8601) nobody works with the namespace any more. */
export const expiresAnnotation = "linkerd-topology.dev/expires";

/** The namespace of one verification, the same in every cluster: mirrors come in a namespace's namesake. */
export function verificationNamespace(id: string): string {
  return `linkerd-topology-verify-${id}`;
}

export const clientPod = "client";
/** Name of the container of every pod here. */
export const probeContainer = "agnhost";
export const serverAccount = "server";
/** Label of the servers, which the Services select. */
export const serverLabel = { app: "server" };
export const serverPort = 8080;

/** An account for each cluster: accounts of one name could not be told apart, as they share a trust domain. */
export function clientAccount(cluster: string): string {
  return `client-${cluster}`;
}

/** Pod and host name of a cluster's server; short, as a mirror of it bears the target's name as well. */
export function serverName(place: number): string {
  return `server-${place}`;
}
