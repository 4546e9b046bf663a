/** Names that Linkerd's charts and controllers use; `reference` in its documentation. */

/** Deployment of the service mirror that works on a Link. */
export function controllerOf(link: string): string {
  return `controller-${link}`;
}

/** Lease that the working replica of a Link's service mirror holds; its holder is the pod's name. */
export function leaseOf(link: string): string {
  return `service-mirror-write-${link}`;
}

/** Service, and Endpoints, through which a service mirror probes the target's gateway. */
export function probeOf(link: string): string {
  return `probe-${link}`;
}

/** Port of a service mirror's metrics. */
export const controllerMetricsPort = 9999;

/** Label keys and annotation keys on what service mirrors write. */
export const mirroredServiceLabel = "mirror.linkerd.io/mirrored-service";
export const clusterNameLabel = "mirror.linkerd.io/cluster-name";
export const headlessMirrorLabel = "mirror.linkerd.io/headless-mirror-svc-name";
export const gatewayIdentityAnnotation = "mirror.linkerd.io/remote-gateway-identity";
export const remoteServiceAnnotation = "mirror.linkerd.io/remote-svc-fq-name";
/** Label of a flat mirror; annotation of a federated Service, there a list of `service@cluster`. */
export const remoteDiscoveryKey = "multicluster.linkerd.io/remote-discovery";
export const localDiscoveryAnnotation = "multicluster.linkerd.io/local-discovery";

/** What an export is touched with that is not mirrored as it should be, so that service mirrors look at it again. */
export const nudgedAnnotation = "linkerd-topology.dev/nudged";

/** Port of linkerd-destination's metrics. */
export const destinationMetricsPort = 9996;

/** Port at which a proxy serves its own metrics. */
export const proxyAdminPort = 4191;

/** Deployments whose restart cures what they don't recover from by themselves. */
export const destinationDeployment = "linkerd-destination";
/** Label of Linkerd's Deployments with their release, such as `edge-26.1.1`. */
export const versionLabel = "app.kubernetes.io/version";
export const injectorDeployment = "linkerd-proxy-injector";
export const localMirrorDeployment = "linkerd-local-service-mirror";

/** Certificates: what the proxies of a cluster trust, who signs for them, and where that is looked up. */
export const identityDeployment = "linkerd-identity";
export const trustRootsConfigMap = "linkerd-identity-trust-roots";
export const trustRootsKey = "ca-bundle.crt";
export const issuerSecret = "linkerd-identity-issuer";
export const trustRootsHash = "linkerd.io/trust-root-sha256";
/** Variable of a proxy with the PEM of what it trusts, until it ends. */
export const trustAnchorsVariable = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS";
export const identitySelector = "linkerd.io/control-plane-component=identity";

/**
 * On the Deployment of linkerd-identity: which issuer all of its pods work with, and since when, as
 * `<SHA-256>/<ISO 8601>`.
 */
export const issuerInUseAnnotation = "linkerd-topology.dev/issuer-in-use";

/** What a Link's status gives as the reason where the source lacks an exported Service's namespace. */
export const missingNamespace = "MissingNamespace";

/** Part of the image names of programs that stand in for Linkerd's proxy and carry no traffic. */
export const noDataPlane = "no-data-plane";

/** API group of Links. */
export const linkGroup = "multicluster.linkerd.io";

/** Path of a Link. @param version of the API, which others' Links may have an older one of */
export function linkPath(namespace: string, name = "", version = "v1alpha3"): string {
  return `/apis/${linkGroup}/${version}/namespaces/${namespace}/links${name && `/${name}`}`;
}

/** Name of the gateway's Deployment, which is its service account's too, by its identity. */
export function gatewayNameOf(identity: string | undefined): string | undefined {
  return identity?.split(".")[0];
}

/** Path of a Lease. */
export function leasePath(namespace: string, name: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
}

/** Path of a namespaced object of the core API. */
export function corePath(namespace: string, kind: string, name = ""): string {
  return `/api/v1/namespaces/${namespace}/${kind}${name && `/${name}`}`;
}

/** Path of a Deployment. */
export function deploymentPath(namespace: string, name = ""): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments${name && `/${name}`}`;
}

/** Whose the fields are that the package sets, for everybody who changes the same object. */
export const fieldManager = "linkerd-topology";

/** Deployment of a cluster's gateway. */
export const gatewayDeployment = "linkerd-gateway";
