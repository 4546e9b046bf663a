import type { Metadata } from "../kubernetes/objects.ts";
import { gatewayName } from "../planning/names.ts";
import type { GatewayPlan } from "../planning/plan-types.ts";
import type { OwnGatewaySpec } from "../planning/topology.ts";
import { corePath, proxyAdminPort, proxyInboundPort } from "./names.ts";
import { managedBy } from "./traffic-objects.ts";

/** What the Service in front of an ingress' proxies follows from. */
export interface OwnGatewayService extends Pick<OwnGatewaySpec, "namespace" | "selector"> {
  readonly serviceType: GatewayPlan["serviceType"];
  /** The node port, or the port of the load balancer. */
  readonly port: number;
  /** The same of the health probe. */
  readonly probePort: number;
  /** Address to request for the load balancer. */
  readonly loadBalancerIP?: string;
  /** Annotations besides Linkerd's. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly identity: string;
}

/** The gateway that a plan wants of an ingress. Undefined: Linkerd's own is the gateway, or there is none. */
export function plannedOwnGateway(
  gateway: GatewayPlan | undefined,
): (OwnGatewayService & OwnGatewaySpec) | undefined {
  if (gateway?.own === undefined) return undefined;
  const { own, serviceType, identity, loadBalancerIP, exposed = gateway } = gateway;
  const { serviceAnnotations: annotations } = gateway;
  const { port, probePort } = exposed;
  return {
    ...own,
    serviceType,
    identity,
    port,
    probePort,
    ...(loadBalancerIP !== undefined && { loadBalancerIP }),
    ...(annotations !== undefined && { annotations }),
  };
}

/** Which clients the gateway accepts. */
export interface OwnGatewayAdmission {
  readonly identities: readonly string[];
  readonly networks: readonly string[];
}

/** An object that the package makes in the ingress' namespace. */
export interface OwnGatewayObject {
  readonly path: string;
  readonly body: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: Metadata & { readonly namespace: string };
    readonly spec: Readonly<Record<string, unknown>>;
  };
}

/**
 * The Service by which the sources reach the proxies of an ingress. The annotations are those by which Linkerd's own
 * command line recognises a gateway and writes Links to it.
 */
export function ownGatewayService(wanted: OwnGatewayService): OwnGatewayObject {
  const { namespace, selector, serviceType, port, probePort, loadBalancerIP, identity } = wanted;
  const isNodePort = serviceType === "NodePort";
  const portOf = (name: string, exposed: number, ofProxy: number) => ({
    name,
    protocol: "TCP",
    port: isNodePort ? ofProxy : exposed,
    targetPort: ofProxy,
    ...(isNodePort && { nodePort: exposed }),
  });
  return {
    path: corePath(namespace, "services", gatewayName),
    body: {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: gatewayName,
        namespace,
        labels: managedBy,
        annotations: {
          ...wanted.annotations,
          "mirror.linkerd.io/multicluster-gateway": "true",
          "mirror.linkerd.io/gateway-identity": identity,
          "mirror.linkerd.io/probe-path": "/ready",
          "mirror.linkerd.io/probe-period": "3",
        },
      },
      spec: {
        type: serviceType,
        selector,
        ports: [
          portOf("mc-gateway", port, proxyInboundPort),
          // The proxy's own readiness: the ingress may answer another path, at another port, or to one host alone.
          portOf("mc-probe", probePort, proxyAdminPort),
        ],
        ...(loadBalancerIP !== undefined && { loadBalancerIP }),
      },
    },
  };
}

/**
 * The Service, and who may use the gateway: the same policies as those of Linkerd's own. They are about the proxies'
 * port alone, so they change nothing for the ingress' other clients.
 */
export function ownGatewayObjects(
  wanted: OwnGatewayService & OwnGatewayAdmission,
): readonly OwnGatewayObject[] {
  const { namespace, selector, identities, networks } = wanted;
  const policy = (
    version: string,
    kind: string,
    plural: string,
    spec: Readonly<Record<string, unknown>>,
  ): OwnGatewayObject => ({
    path: `/apis/policy.linkerd.io/${version}/namespaces/${namespace}/${plural}/${gatewayName}`,
    body: {
      apiVersion: `policy.linkerd.io/${version}`,
      kind,
      metadata: { name: gatewayName, namespace, labels: managedBy },
      spec,
    },
  });
  const group = "policy.linkerd.io";
  const reference = (kind: string) => ({ group, kind, name: gatewayName, namespace });
  return [
    // Clients first: a Server that nobody is admitted to would refuse what is on its way.
    policy("v1alpha1", "MeshTLSAuthentication", "meshtlsauthentications", { identities }),
    policy("v1alpha1", "NetworkAuthentication", "networkauthentications", {
      networks: networks.map((cidr) => ({ cidr })),
    }),
    policy("v1alpha1", "AuthorizationPolicy", "authorizationpolicies", {
      targetRef: { group, kind: "Server", name: gatewayName },
      requiredAuthenticationRefs: [
        reference("MeshTLSAuthentication"),
        reference("NetworkAuthentication"),
      ],
    }),
    // By number: as a native sidecar the proxy is an init container, whose ports may have no name for policies.
    policy("v1beta3", "Server", "servers", {
      podSelector: { matchLabels: selector },
      port: proxyInboundPort,
    }),
    ownGatewayService(wanted),
  ];
}
