import { gatewayName } from "../planning/names.ts";

/** Names that Linkerd's charts and controllers use. */

/** Deployment of a Link's service mirror. */
export function controllerOf(link: string): string {
  return `controller-${link}`;
}

/** Lease that the working replica of a Link's service mirror holds. Its holder is the pod's name. */
export function leaseOf(link: string): string {
  return `service-mirror-write-${link}`;
}

/** Service and Endpoints through which a service mirror probes the target's gateway. */
export function probeOf(link: string): string {
  return `probe-${link}`;
}

/** Port of a service mirror's metrics. */
export const controllerMetricsPort = 9999;

/** Labels and annotations that service mirrors write. */
export const mirroredServiceLabel = "mirror.linkerd.io/mirrored-service";
export const clusterNameLabel = "mirror.linkerd.io/cluster-name";
export const headlessMirrorLabel = "mirror.linkerd.io/headless-mirror-svc-name";
export const gatewayIdentityAnnotation = "mirror.linkerd.io/remote-gateway-identity";
export const remoteServiceAnnotation = "mirror.linkerd.io/remote-svc-fq-name";
/** Label of a flat mirror. On a federated Service it is an annotation with a list of `service@cluster`. */
export const remoteDiscoveryKey = "multicluster.linkerd.io/remote-discovery";
export const localDiscoveryAnnotation = "multicluster.linkerd.io/local-discovery";

/** Set on an export that isn't mirrored as it should be, so that service mirrors look at it again. */
export const nudgedAnnotation = "linkerd-topology.dev/nudged";

/** By it the API server passes requests about pods' traffic on to linkerd-viz. */
export const tapApiPath = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.tap.linkerd.io";

/** Port of linkerd-destination's metrics. */
export const destinationMetricsPort = 9996;

/** Port at which a proxy serves its own metrics. */
export const proxyAdminPort = 4191;
/** Port to which a pod's proxy redirects what comes in. A gateway takes other clusters' requests at this very port. */
export const proxyInboundPort = 4143;
/** A proxy's environment variable that makes it a gateway: the domain of the Services that it forwards to. */
export const gatewayVariable = "LINKERD2_PROXY_INBOUND_GATEWAY_SUFFIXES";

/** Deployments that need a restart after some faults. */
export const destinationDeployment = "linkerd-destination";
/** Label of Linkerd's Deployments with their release, such as `edge-26.1.1`. */
export const versionLabel = "app.kubernetes.io/version";
export const injectorDeployment = "linkerd-proxy-injector";
export const localMirrorDeployment = "linkerd-local-service-mirror";

/** Where to find the certificates that a cluster's proxies trust, and the issuer that signs for them. */
export const identityDeployment = "linkerd-identity";
export const trustRootsConfigMap = "linkerd-identity-trust-roots";
export const trustRootsKey = "ca-bundle.crt";
export const issuerSecret = "linkerd-identity-issuer";
export const trustRootsHash = "linkerd.io/trust-root-sha256";
/** A proxy's environment variable with the PEM of what it trusts. It doesn't change while the proxy runs. */
export const trustAnchorsVariable = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS";
export const identitySelector = "linkerd.io/control-plane-component=identity";

/**
 * Annotation of linkerd-identity's Deployment: the issuer that all of its pods use and since when, as
 * `<SHA-256>/<ISO 8601>`.
 */
export const issuerInUseAnnotation = "linkerd-topology.dev/issuer-in-use";

/** The reason in a Link's status if the source lacks an exported Service's namespace. */
export const missingNamespace = "MissingNamespace";

/** Part of the image name of each program that stands in for Linkerd's proxy and carries no traffic. */
export const noDataPlane = "no-data-plane";

/** API group of Links. */
export const linkGroup = "multicluster.linkerd.io";

/** Path of a Link. @param version of the API; other people's Links may have an older one */
export function linkPath(namespace: string, name = "", version = "v1alpha3"): string {
  return `/apis/${linkGroup}/${version}/namespaces/${namespace}/links${name && `/${name}`}`;
}

/** Name of the gateway's Deployment, taken from its identity: its service account has the same name. */
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

/** The field manager of every field that the package sets. */
export const fieldManager = "linkerd-topology";

/** Deployment of a cluster's gateway. */
export const gatewayDeployment = gatewayName;
