import ipaddr from "ipaddr.js";
import { defaults, nodeCounts } from "../../defaults.ts";
import { formatPath, type Path, type RuleProblem, show } from "../../topology/problem.ts";
import { overwritingMirrors, registryPattern } from "../registries.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";

/** Checks the nodes of kind clusters, and the ports of this machine that lead to them. */
export function* nodeRules(input: RuleInput): Iterable<RuleProblem> {
  const taken: HostPort[] = [];
  for (const cluster of input.clusters) {
    if (!cluster.isKind) continue;
    yield* checkCounts(cluster);
    if (input.draft.linkerd?.highAvailability === true) yield* checkHighAvailability(cluster);
    yield* checkPortMappings(cluster, taken);
    yield* checkApiServerPort(cluster, taken);
    yield* checkRegistryMirrors(cluster);
  }
}

function* checkCounts({ spec, path }: DraftCluster): Iterable<RuleProblem> {
  const { controlPlanes, workers } = nodeCounts(spec);
  if (controlPlanes % 2 === 0) {
    yield {
      path: [...path, "nodes", "controlPlanes"],
      message:
        `${controlPlanes} control planes survive no more failures than ${controlPlanes - 1}: etcd ` +
        "needs a majority",
      fix: `write ${controlPlanes - 1} or ${controlPlanes + 1}`,
    };
  }
  // kind removes the control-plane taint only from a single node.
  if (controlPlanes > 1 && workers === 0) {
    yield {
      path: [...path, "nodes", "workers"],
      message: "with several control planes and no worker, no node accepts Linkerd's pods",
      fix: "write at least 1",
    };
  }
}

/** Linkerd's three replicas can't share a node. */
function* checkHighAvailability({ name, spec, path }: DraftCluster): Iterable<RuleProblem> {
  const { total, workers } = nodeCounts(spec);
  const usable = total === 1 ? 1 : workers;
  if (usable >= 3) return;
  yield {
    path: [...path, "nodes"],
    message:
      "linkerd.highAvailability puts three replicas of each controller on three nodes, and " +
      `${show(name)} has ${usable} that ${usable === 1 ? "takes" : "take"} pods`,
    fix: "write workers: 3, or leave out highAvailability",
  };
}

interface HostPort {
  readonly path: Path;
  readonly port: number;
  readonly protocol: string;
  readonly address: string;
}

function* checkPortMappings(
  { spec, path }: DraftCluster,
  taken: HostPort[],
): Iterable<RuleProblem> {
  const { total } = nodeCounts(spec);
  for (const [index, mapping] of (spec.portMappings ?? []).entries()) {
    if (mapping === undefined) continue;
    const at = [...path, "portMappings", index];
    if (mapping.node !== undefined && mapping.node >= total) {
      yield {
        path: [...at, "node"],
        message: `${mapping.node} is not the index of a node: there ${total === 1 ? "is 1 node" : `are ${total} nodes`}`,
        fix: total === 1 ? "write 0, or leave it out" : `write 0 to ${total - 1}`,
      };
    }
    const address = normalizeAddress(mapping.listenAddress ?? defaults.listenAddress);
    if (address === undefined) {
      yield {
        path: [...at, "listenAddress"],
        message: `${show(mapping.listenAddress)} is not an IP address`,
        fix: 'write an address of this machine, such as "127.0.0.1" or "0.0.0.0"',
      };
    } else if (mapping.hostPort !== undefined) {
      yield* take(
        {
          path: [...at, "hostPort"],
          port: mapping.hostPort,
          protocol: mapping.protocol ?? "TCP",
          address,
        },
        taken,
      );
    }
  }
}

function* checkApiServerPort(
  { spec, path }: DraftCluster,
  taken: HostPort[],
): Iterable<RuleProblem> {
  const { apiServerAddress: address = defaults.listenAddress, apiServerPort: port } = spec;
  if (port === undefined) return;
  yield* take({ path: [...path, "apiServerPort"], port, protocol: "TCP", address }, taken);
}

function* take(wish: HostPort, taken: HostPort[]): Iterable<RuleProblem> {
  const other = taken.find((known) => meet(known, wish));
  if (other) {
    yield {
      path: wish.path,
      message: `port ${wish.port} of this machine is already used by ${formatPath(other.path)}`,
      fix: "choose another port",
    };
  }
  taken.push(wish);
}

function meet(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.address === b.address || isWildcard(a.address) || isWildcard(b.address);
}

function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

function normalizeAddress(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toString() : undefined;
}

function* checkRegistryMirrors({ spec, path }: DraftCluster): Iterable<RuleProblem> {
  for (const [registry, earlier] of overwritingMirrors(Object.keys(spec.registryMirrors ?? {}))) {
    yield {
      path: [...path, "registryMirrors", registry],
      message: `${show(registry)} is the same as ${show(earlier)}`,
      fix: "leave out one of them",
    };
  }
  for (const [registry, mirrors] of Object.entries(spec.registryMirrors ?? {})) {
    const at = [...path, "registryMirrors", registry];
    if (!registryPattern.test(registry)) {
      yield {
        path: at,
        message: `${show(registry)} is not the host of a registry`,
        fix: "write a host, such as docker.io or registry.example.com:5000",
      };
    }
    for (const [index, mirror] of mirrors?.entries() ?? []) {
      if (mirror === undefined || isHttpUrl(mirror)) continue;
      yield {
        path: [...at, index],
        message: `${show(mirror)} is not the URL of a mirror`,
        fix: 'write a URL such as "http://registry:5000"',
      };
    }
  }
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && text.includes("://");
}
