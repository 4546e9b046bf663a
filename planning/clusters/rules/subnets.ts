import { findFreeSubnet, nodesPerDefaultSubnet, slotSubnets } from "../addresses.ts";
import { block, contains, formatBlock, isIpv6Subnet, overlap, parseBlock } from "../../cidr.ts";
import { nodeCounts } from "../../defaults.ts";
import { limits } from "../../limits.ts";
import { type RuleProblem, show } from "../../topology/problem.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import {
  largestPrefix,
  podPrefixFor,
  readSubnet,
  readSubnets,
  slotOf,
  smallestPrefix,
  subnetKeys,
  writtenSubnets,
} from "../subnets.ts";
import type { Subnet, SubnetKind } from "../subnets.ts";

/** Linkerd takes other addresses for destinations outside every cluster. */
const linkerdNetworks = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];

/** The subnets of Docker's networks by default. */
const dockerPools = ["172.16.0.0/12", "192.168.0.0/16"].map(block);

/** Checks each pod and Service subnet on its own. */
export function* subnetRules(input: RuleInput): Iterable<RuleProblem> {
  // Only verification knows the networks of a Linkerd that others installed.
  const networks = input.draft.adopt === true ? ["0.0.0.0/0"] : clusterNetworks(input);
  for (const cluster of input.clusters) {
    for (const kind of ["pods", "services"] as const) {
      for (const text of writtenSubnets(cluster, kind)) {
        const subnet = readSubnet(cluster, kind, text);
        if (!subnet) yield unreadable(text, cluster, kind);
        else yield* checkSubnet(subnet, text, networks);
      }
    }
    yield* checkRoom(cluster, input);
  }
  yield* checkDefaults(input, networks);
}

/** Default subnets are within Linkerd's networks, unless somebody changed those. */
function* checkDefaults(input: RuleInput, networks: readonly string[]): Iterable<RuleProblem> {
  const outside = readSubnets(input).find(
    (subnet) => subnet.isDefault && !isWithin(networks, subnet),
  );
  if (!outside) return;
  const name = outside.kind === "pods" ? "pod" : "Service";
  yield {
    path: ["linkerd", "values", "controlPlane", "clusterNetworks"],
    message:
      `does not contain the default ${name} subnet ${formatBlock(outside.block)} of ` +
      show(outside.cluster.name),
    fix: "add 10.0.0.0/8",
  };
}

function isWithin(networks: readonly string[], subnet: Subnet): boolean {
  return networks.some((network) => contains(block(network), subnet.block));
}

function unreadable(text: string, cluster: DraftCluster, kind: SubnetKind): RuleProblem {
  const example = formatBlock(slotSubnets(slotOf(cluster))[kind]);
  return {
    path: [...cluster.path, subnetKeys[kind]],
    message: isIpv6Subnet(text)
      ? `${show(text)} is an IPv6 subnet; clusters are IPv4`
      : `${show(text)} is not an IPv4 subnet`,
    fix: `write a subnet such as ${example}${cluster.isKind ? ", or leave it out" : ""}`,
  };
}

function* checkSubnet(
  subnet: Subnet,
  text: string,
  networks: readonly string[],
): Iterable<RuleProblem> {
  const { cluster, path } = subnet;
  const canonical = formatBlock(subnet.block);
  if (canonical !== text) {
    yield {
      path,
      message: `${show(text)} begins within a subnet of that size`,
      fix: `write ${canonical}`,
    };
  }
  const largest = largestPrefix(subnet.kind);
  if (cluster.isKind && subnet.block.prefix < largest) {
    // It overlaps everything else as well, which would be the same problem again.
    yield {
      path,
      message: `${show(text)} is larger than Kubernetes allows`,
      fix: `write a /${largest} or smaller`,
    };
    return;
  }
  if (!isWithin(networks, subnet)) {
    yield {
      path,
      message:
        `${show(text)} is not within the networks that Linkerd takes for clusters ` +
        `(${networks.join(", ")})`,
      fix: cluster.isKind
        ? "choose a subnet in 10.0.0.0/8"
        : `add ${canonical} to these as linkerd.values.controlPlane.clusterNetworks`,
    };
  }
  // An existing cluster's addresses can't be changed, and its nodes need not be on this Docker.
  if (!cluster.isKind) return;
  const pool = dockerPools.find((other) => overlap(other, subnet.block));
  if (pool) {
    yield {
      path,
      message: `${show(text)} overlaps ${formatBlock(pool)}, where Docker's networks are`,
      fix: "choose a subnet in 10.0.0.0/8",
    };
  }
  yield* checkSize(subnet, text);
}

function* checkSize(subnet: Subnet, text: string): Iterable<RuleProblem> {
  const { prefix } = subnet.block;
  const isPods = subnet.kind === "pods";
  const nodes = nodeCounts(subnet.cluster.spec).total;
  const smallest = smallestPrefix(subnet.kind, subnet.cluster);
  if (prefix > smallest) {
    const each = `a /${limits.podPrefixPerNode}`;
    const pods = nodes === 1 ? `its node needs ${each}` : `each of ${nodes} nodes needs ${each}`;
    const need = isPods ? pods : `Services and their mirrors need a /${smallest}`;
    yield {
      path: subnet.path,
      message: `${show(text)} is too small: ${need}`,
      fix: `write a /${smallest} or larger`,
    };
  }
}

/** A default subnet has one size, whatever the number of nodes, which must not move the cluster. */
function* checkRoom(cluster: DraftCluster, input: RuleInput): Iterable<RuleProblem> {
  const nodes = nodeCounts(cluster.spec).total;
  const isDefault = cluster.isKind && cluster.spec.podSubnet === undefined;
  if (!isDefault || nodes <= nodesPerDefaultSubnet) return;
  const prefix = podPrefixFor(nodes);
  const used = readSubnets(input).map((subnet) => subnet.block);
  const free = findFreeSubnet("pods", prefix, used);
  yield {
    path: [...cluster.path, "nodes"],
    message:
      `${nodes} nodes are more than the ${nodesPerDefaultSubnet} that a default pod subnet has ` +
      "room for",
    fix: `write podSubnet as well, such as ${free ? formatBlock(free) : `a /${prefix}`}`,
  };
}

/** As the proxies will have them: the chart's value, if the topology sets it. */
function clusterNetworks(input: RuleInput): readonly string[] {
  const own = input.draft.linkerd?.values?.controlPlane?.clusterNetworks;
  if (typeof own !== "string") return linkerdNetworks;
  return own.split(",").filter((network) => parseBlock(network) !== undefined);
}
