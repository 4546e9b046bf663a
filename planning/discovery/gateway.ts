import { defaults } from "../defaults.ts";
import { limits } from "../limits.ts";
import { gatewayIdentity, multiclusterNamespace } from "../names.ts";
import type { GatewaySpec, OwnGatewaySpec } from "../topology.ts";
import type { ClusterObservation, GatewayObservation, LinkObservation } from "./observation.ts";

type LinkGateway = NonNullable<LinkObservation["gateway"]>;

/**
 * The gateway of a cluster in a topology's form.
 *
 * @param reached how the Links to the cluster reach it
 * @param trustDomain of the cluster
 */
export function gatewaySpec(
  { gateways, linkerd }: Pick<ClusterObservation, "gateways" | "linkerd">,
  reached: readonly LinkGateway[],
  trustDomain: string,
): { readonly spec: GatewaySpec; readonly limits: readonly string[] } {
  const [first] = reached;
  const service =
    gateways.find(({ identity }) => identity === first?.identity) ??
    (gateways.length === 1 ? gateways[0] : undefined);
  const told: string[] = [];
  const addresses = [...new Set(reached.flatMap((one) => one.addresses))];
  const isSame = (one: LinkGateway): boolean =>
    one.addresses.toSorted().join() === addresses.toSorted().join();
  if (!reached.every(isSame)) {
    told.push("its sources reach it at different addresses; here are all of them");
  }
  const looksLikeNodePort = isNodePort(first?.port);
  const isKnown = service?.type === "NodePort" || service?.type === "LoadBalancer";
  const serviceType = isKnown
    ? (service.type as NonNullable<GatewaySpec["serviceType"]>)
    : looksLikeNodePort
      ? "NodePort"
      : "LoadBalancer";
  if (!isKnown) {
    const what =
      service === undefined ? "its Service could not be found" : `its Service is a ${service.type}`;
    told.push(`${what}; ${serviceType} is nearest to how it is reached`);
  }
  const isNodes = serviceType === "NodePort";
  const nodePort = service?.nodePort ?? first?.port;
  const probeNodePort = service?.probeNodePort ?? first?.probePort;
  const [port, probePort] = isNodes
    ? [nodePort, probeNodePort]
    : [defaults.gatewayPort, defaults.probePort];
  const differs = (one: LinkGateway): boolean =>
    one.port !== first?.port || one.probePort !== first.probePort;
  const elsewhere = reached.find(differs);
  if (elsewhere !== undefined) {
    told.push(
      `some sources reach it at ports ${first?.port ?? "?"} and ${first?.probePort ?? "?"}, others at ` +
        `${elsewhere.port} and ${elsewhere.probePort}; here are the former`,
    );
  }
  const own = ownGateway(service, linkerd?.extensionNamespace ?? multiclusterNamespace);
  const identity = gatewayIdentity(trustDomain, own);
  const other = reached.find((one) => one.identity !== identity);
  if (other !== undefined) told.push(`its identity is ${other.identity}, not ${identity}`);
  const { identities = [], networks = [] } = service?.policy ?? {};
  if (service?.policy !== undefined && !letsInEverybody(service.policy)) {
    told.push(
      `it lets in only ${identities.join(", ") || "nobody"} from ${networks.join(", ") || "nowhere"}: admission: linked ` +
        "narrows a gateway as well; compare the two before you use it",
    );
  }
  return {
    spec: {
      ...(!isNodes && { serviceType }),
      ...(isNodes && nodePort !== defaults.gatewayNodePort && isNodePort(nodePort) && { nodePort }),
      ...(isNodes &&
        probeNodePort !== defaults.probeNodePort &&
        isNodePort(probeNodePort) && { probeNodePort }),
      ...(first !== undefined && first.port !== port && { port: first.port }),
      ...(first !== undefined && first.probePort !== probePort && { probePort: first.probePort }),
      ...(addresses.length > 0 && { addresses }),
      ...(own && { own }),
    },
    limits: told,
  };
}

/** The ingress of somebody's whose proxies are the gateway. Undefined: Linkerd's own extension has the gateway. */
function ownGateway(
  service: GatewayObservation | undefined,
  extension: string,
): OwnGatewaySpec | undefined {
  const { identity = "", namespace, selector } = service ?? {};
  const [, serviceAccount, accountNamespace] =
    /^([^.]+)\.([^.]+)\.serviceaccount\.identity\./.exec(identity) ?? [];
  if (serviceAccount === undefined || selector === undefined || namespace === undefined) {
    return undefined;
  }
  if (namespace === extension || namespace !== accountNamespace) return undefined;
  return { namespace, selector, serviceAccount };
}

function isNodePort(port: number | undefined): port is number {
  return port !== undefined && port >= limits.nodePort.first && port <= limits.nodePort.last;
}

function letsInEverybody({
  identities,
  networks,
}: {
  readonly identities: readonly string[];
  readonly networks: readonly string[];
}): boolean {
  return identities.includes("*") && networks.includes("0.0.0.0/0");
}
