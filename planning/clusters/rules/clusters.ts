import { nodeCounts } from "../../defaults.ts";
import { kindOptionKeys } from "../kind-options.ts";
import { limits } from "../../limits.ts";
import { kindName, loadBalancerName, nodePlans } from "../../names.ts";
import { formatPath, type RuleProblem, show } from "../../topology/problem.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { ClusterSpec } from "../../topology.ts";

/** Checks names of clusters and networks, and which keys belong to which type of cluster. */
export function* clusterRules(input: RuleInput): Iterable<RuleProblem> {
  const existing = new Map<string, DraftCluster>();
  for (const cluster of input.clusters) {
    yield* checkName(cluster, input);
    yield* checkLength(cluster, input.topologyName);
    yield* checkNetwork(cluster, input);
    yield* checkKeys(cluster);
    yield* checkSameCluster(cluster, existing);
  }
}

function* checkName(cluster: DraftCluster, { byName }: RuleInput): Iterable<RuleProblem> {
  const { name, index } = cluster;
  const path = [...cluster.path, "name"];
  const first = byName.get(name);
  if (first && first.index !== index) {
    yield {
      path,
      message: `${show(name)} is already the name of ${formatPath(first.path)}`,
      fix: "give each cluster a name of its own",
    };
  }
  // Linkerd names federated Services `<service>-federated`, and that suffix can't be configured.
  if (name === "federated" || name.endsWith("-federated")) {
    yield {
      path,
      message:
        `${show(name)} ends like the name of a federated Service: a mirror Service ` +
        `"<service>-${name}" would look like one`,
      fix: 'choose a name that does not end with "federated"',
    };
  }
}

/** Names of containers are also their host names: DNS labels. */
function* checkLength(cluster: DraftCluster, topology: string | undefined): Iterable<RuleProblem> {
  if (!cluster.isKind || topology === undefined || cluster.name.length > limits.clusterName) return;
  const { controlPlanes, workers } = nodeCounts(cluster.spec);
  const kind = kindName(topology, cluster.name);
  const names = nodePlans(kind, controlPlanes, workers).map((node) => node.name);
  if (controlPlanes > 1) names.push(loadBalancerName(kind));
  const longest = names.reduce((a, b) => (b.length > a.length ? b : a), "");
  const excess = longest.length - limits.dnsLabel;
  if (excess <= 0) return;
  yield {
    path: [...cluster.path, "name"],
    message:
      `the container ${show(longest)} would have a name of ${longest.length} characters; ` +
      `the limit is ${limits.dnsLabel}`,
    fix: `shorten the cluster's name, or the topology's (${show(topology)}), by ${excess}`,
  };
}

/** Otherwise a cluster could join by accident the network that another one has for itself. */
function* checkNetwork(cluster: DraftCluster, { byName }: RuleInput): Iterable<RuleProblem> {
  const { network } = cluster.spec;
  const namesake = network === undefined ? undefined : byName.get(network);
  if (!namesake || namesake.name === cluster.name || namesake.spec.network !== undefined) return;
  yield {
    path: [...cluster.path, "network"],
    message: `${show(network)} is the name of a cluster that has its own network`,
    fix: `write network: ${namesake.name} for that cluster as well, or choose another name`,
  };
}

const kindOnly = [
  "kubernetesVersion",
  "nodeImage",
  "nodes",
  "slot",
  "portMappings",
  "containerdConfigPatches",
  "registryMirrors",
  "imageArchives",
  "loadBalancer",
  ...kindOptionKeys,
] as const satisfies (keyof ClusterSpec)[];

const existingOnly = ["context", "apiServer"] as const satisfies (keyof ClusterSpec)[];

function* checkKeys({ name, path, isKind, spec }: DraftCluster): Iterable<RuleProblem> {
  for (const key of isKind ? existingOnly : kindOnly) {
    if (spec[key] === undefined) continue;
    yield isKind
      ? {
          path: [...path, key],
          message: `${key} applies to existing clusters, and ${show(name)} has no kubeconfig`,
          fix: `leave out ${key}, or add kubeconfig`,
        }
      : {
          path: [...path, key],
          message: `${key} applies to clusters that the package creates, and ${show(name)} has a kubeconfig: it exists`,
          fix: `leave out ${key}, or kubeconfig`,
        };
  }
}

function* checkSameCluster(
  cluster: DraftCluster,
  known: Map<string, DraftCluster>,
): Iterable<RuleProblem> {
  const { kubeconfig, context } = cluster.spec;
  if (kubeconfig === undefined) return;
  const key = JSON.stringify([kubeconfig, context]);
  const other = known.get(key);
  if (!other) known.set(key, cluster);
  else if (other.name !== cluster.name) {
    yield {
      path: [...cluster.path, "kubeconfig"],
      message: `leads to the same cluster as that of ${show(other.name)}`,
      fix: "name the context of each, or leave out one of the two clusters",
    };
  }
}
