import ipaddr from "ipaddr.js";
import { defaults, nodeCounts } from "../../defaults.ts";
import { exposedPorts } from "../exposed-ports.ts";
import { isLabelKey } from "../../labels.ts";
import { usesGateway } from "../../links/links.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../names.ts";
import { type RuleProblem, show } from "../../topology/problem.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";

/** Checks how the sources reach a target: its gateway and its API server. */
export function* gatewayRules(input: RuleInput): Iterable<RuleProblem> {
  const targets = new Set(input.edges.map((edge) => edge.to));
  const throughGateway = new Set(
    input.edges.filter((edge) => usesGateway(edge.mode)).map((edge) => edge.to),
  );
  for (const cluster of input.clusters) {
    yield* checkPorts(cluster);
    yield* checkAddresses(cluster);
    yield* checkOwn(cluster);
    yield* checkAnnotations(cluster);
    if (throughGateway.has(cluster)) {
      yield* needAddresses(cluster, input);
      yield* needNodesOfGateway(cluster, input);
    }
    yield* checkApiServer(cluster, targets.has(cluster));
  }
}

function* checkPorts({ spec, path }: DraftCluster): Iterable<RuleProblem> {
  const { gateway } = spec;
  if (!gateway) return;
  const exposed = exposedPorts(gateway);
  const { port = exposed.port, probePort = exposed.probePort } = gateway;
  if (port === probePort && exposed.port !== exposed.probePort) {
    yield {
      path: [...path, "gateway", gateway.probePort === undefined ? "port" : "probePort"],
      message: `sources would reach both the gateway and its health probe at port ${port}`,
      fix: "let what stands before the gateway have a port for each, and write both",
    };
  }
  if (gateway.serviceType === "LoadBalancer") {
    for (const key of ["nodePort", "probeNodePort"] as const) {
      if (gateway[key] === undefined) continue;
      yield {
        path: [...path, "gateway", key],
        message: "a gateway behind a load balancer has no node port",
        fix: `leave out ${key}, or write serviceType: NodePort`,
      };
    }
    return;
  }
  const { nodePort = defaults.gatewayNodePort, probeNodePort = defaults.probeNodePort } = gateway;
  if (nodePort === probeNodePort)
    yield {
      path: [
        ...path,
        "gateway",
        gateway.probeNodePort === undefined ? "nodePort" : "probeNodePort",
      ],
      message: `${nodePort} would be the port of both the gateway and its health probe`,
      fix: "choose two different ports, or leave them out",
    };
}

function* checkOwn({ spec, path }: DraftCluster): Iterable<RuleProblem> {
  const { own } = spec.gateway ?? {};
  if (own === undefined) return;
  const at = [...path, "gateway", "own"];
  if (own.namespace === linkerdNamespace || own.namespace === multiclusterNamespace) {
    yield {
      path: [...at, "namespace"],
      message: `${show(own.namespace)} is Linkerd's own namespace`,
      fix: "write the namespace of your ingress, or leave out own",
    };
  }
  if (own.selector !== undefined && Object.keys(own.selector).length === 0) {
    yield {
      path: [...at, "selector"],
      message: "is empty: no pod would be the gateway",
      fix: "write labels of the pods of your ingress, such as { app.kubernetes.io/name: traefik }",
    };
  }
  for (const key of Object.keys(own.selector ?? {})) {
    if (isLabelKey(key)) continue;
    yield {
      path: [...at, "selector", key],
      message: `${show(key)} is not the key of a label`,
      fix: 'write a key such as "app" or "app.kubernetes.io/name"',
    };
  }
}

function* checkAnnotations({ spec, path }: DraftCluster): Iterable<RuleProblem> {
  for (const key of Object.keys(spec.gateway?.serviceAnnotations ?? {})) {
    const at = [...path, "gateway", "serviceAnnotations", key];
    if (!isLabelKey(key)) {
      yield {
        path: at,
        message: `${show(key)} is not the key of an annotation`,
        fix: "write a key such as service.beta.kubernetes.io/aws-load-balancer-type",
      };
    } else if (key.startsWith("mirror.linkerd.io/")) {
      yield {
        path: at,
        message: "is Linkerd's own, which follows from the topology",
        fix: "leave it out",
      };
    }
  }
}

const hostNamePattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

function* checkAddresses({ spec, path }: DraftCluster): Iterable<RuleProblem> {
  const { addresses } = spec.gateway ?? {};
  if (!addresses) return;
  const at = [...path, "gateway", "addresses"];
  if (addresses.length === 0) {
    yield {
      path: at,
      message: "is empty: nobody could reach the gateway",
      fix: "write at least one address, or leave it out",
    };
  }
  for (const [index, address] of addresses.entries()) {
    if (address === undefined) continue;
    if (!isReachable(address)) {
      yield {
        path: [...at, index],
        message: `${show(address)} is not a host name or IPv4 address that other clusters could reach`,
        fix: "write the address alone, without port, as pods of the sources reach it",
      };
    } else if (addresses.indexOf(address) !== index) {
      yield {
        path: [...at, index],
        message: `${show(address)} is given twice`,
        fix: "leave out one",
      };
    }
  }
}

/** Whether a name or an address means the same in another cluster as here. */
function isReachable(host: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) {
    return !["loopback", "unspecified", "broadcast", "multicast"].includes(
      ipaddr.IPv4.parse(host).range(),
    );
  }
  // With only digits in its last part it is a mistyped address: no such name can exist.
  const isName = hostNamePattern.test(host) && !/(^|\.)\d+$/.test(host);
  return isName && !/(^|\.)localhost$/i.test(host);
}

function* needAddresses(
  { name, path, isKind, spec }: DraftCluster,
  { draft }: RuleInput,
): Iterable<RuleProblem> {
  if (spec.gateway?.addresses !== undefined) return;
  const isBalanced = spec.gateway?.serviceType === "LoadBalancer";
  if (isKind && (!isBalanced || draft.docker?.subnet !== undefined)) return;
  const why = isBalanced ? "is behind a load balancer" : "is in a cluster that exists";
  yield {
    path: [...path, "gateway", "addresses"],
    message: `is missing: Links lead to the gateway of ${show(name)}, which ${why}, so its addresses can't be planned`,
    fix: isKind
      ? "write docker.subnet, from which an address is planned, or the addresses at which pods of the sources reach it"
      : "write the addresses at which pods of the sources reach it, or mode: flat for those Links",
  };
}

/** Sources would reach nodes that answer nothing: of them each takes a share of the requests. */
function* needNodesOfGateway(
  { name, path, isKind, spec }: DraftCluster,
  { draft }: RuleInput,
): Iterable<RuleProblem> {
  const { gateway } = spec;
  const { addresses, serviceType, own } = gateway ?? {};
  const isElsewhere = addresses !== undefined || serviceType === "LoadBalancer";
  if (!isKind || isElsewhere || own !== undefined) return;
  const { controlPlanes, workers } = nodeCounts(spec);
  const values = draft.linkerd?.values?.multicluster?.["gateway"] as
    | { readonly serviceExternalTrafficPolicy?: unknown }
    | undefined;
  if (values?.serviceExternalTrafficPolicy !== "Local" || controlPlanes + workers < 2) return;
  yield {
    path: [...path, "gateway", "addresses"],
    message:
      `is missing: with serviceExternalTrafficPolicy: Local (linkerd.values.multicluster.gateway) only nodes with a ` +
      `pod of the gateway answer, and ${show(name)} has ${controlPlanes + workers} nodes`,
    fix: "write the names of the nodes that have one, and a nodeSelector of the gateway that names them",
  };
}

function* checkApiServer(
  { name, path, isKind, spec }: DraftCluster,
  isTarget: boolean,
): Iterable<RuleProblem> {
  if (isKind) return;
  const at = [...path, "apiServer"];
  if (spec.apiServer === undefined) {
    if (!isTarget) return;
    yield {
      path: at,
      message: `is missing: Links lead to ${show(name)}, and their sources watch its Services there`,
      fix: 'write the URL as pods of the sources reach it, such as "https://203.0.113.7:6443"',
    };
    return;
  }
  const url = URL.parse(spec.apiServer);
  const isPlain = url && url.username + url.password + url.search + url.hash === "";
  if (isPlain && url.protocol === "https:" && isReachable(url.hostname)) return;
  yield {
    path: at,
    // Not the URL itself: it may contain a password.
    message: "is not an https URL of a host that pods of other clusters could reach",
    fix: 'write a URL such as "https://203.0.113.7:6443"',
  };
}
