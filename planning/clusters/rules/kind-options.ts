import { posix } from "node:path";
import { parseAllDocuments } from "yaml";
import { nodeCounts } from "../../defaults.ts";
import { isLabelKey } from "../../labels.ts";
import { listNames, type RuleProblem, show } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Draft } from "../../topology/shape.ts";
import type { KindOptions } from "../kind-options.ts";

/** Checks for options that kind would refuse, or that would keep the nodes from starting. */
export function* kindOptionRules({ clusters }: RuleInput): Iterable<RuleProblem> {
  for (const { isKind, path, spec } of clusters) {
    if (!isKind) continue;
    for (const problem of checkKindOptions(spec, nodeCounts(spec).total)) {
      yield { ...problem, path: [...path, ...problem.path] };
    }
  }
}

/** The same for the kind provider, which has the options without the topology. */
export function* checkKindOptions(
  options: Draft<KindOptions>,
  nodes: number,
): Iterable<RuleProblem> {
  yield* checkNodeLabels(options, nodes);
  yield* checkExtraMounts(options, nodes);
  yield* checkKubeadmPatches(options);
  yield* checkNames(options);
}

/** The only labels below kubernetes.io and k8s.io that a kubelet may give its own node. */
const kubeletLabels = new Set([
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);

function mayLabel(key: string): boolean {
  const prefix = key.includes("/") ? (key.split("/")[0] ?? "") : "";
  if (!/(^|\.)(kubernetes|k8s)\.io$/.test(prefix)) return true;
  return kubeletLabels.has(key) || /(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix);
}

function* checkNodeLabels(
  { nodeLabels }: Draft<KindOptions>,
  nodes: number,
): Iterable<RuleProblem> {
  for (const [node, labels] of Object.entries(nodeLabels ?? {})) {
    const path = ["nodeLabels", node];
    if (node !== "*" && !(/^(0|[1-9]\d*)$/.test(node) && Number(node) < nodes)) {
      yield {
        path,
        message: `${show(node)} is not the index of a node, nor "*": there ${inWords(nodes)}`,
        fix: `write ${indexes(nodes)}, or "*" for every node`,
      };
    }
    for (const key of Object.keys(labels ?? {})) {
      if (!isLabelKey(key)) {
        yield {
          path: [...path, key],
          message: `${show(key)} is not the key of a label`,
          fix: 'write a key such as "topology.kubernetes.io/zone"',
        };
      } else if (!mayLabel(key)) {
        yield {
          path: [...path, key],
          message: `${show(key)} is a label that a node may not give itself: its kubelet would not start`,
          fix: 'write a key of your own, or one that begins with "node.kubernetes.io/"',
        };
      }
    }
  }
}

/** Paths that every node needs unchanged: from its image, or mounted by kind or Docker. */
const neededByNodes = new Set(
  ["", "bin", "dev", "dev/mapper", "etc", "lib", "lib/modules", "proc", "run", "sbin", "sys"]
    .concat(["tmp", "usr", "var"])
    .map((path) => `/${path}`),
);

/** Below it, the provider keeps what identifies its clusters and shows whether they are complete. */
const ownDirectory = "/kind";

function* checkExtraMounts(
  { extraMounts }: Draft<KindOptions>,
  nodes: number,
): Iterable<RuleProblem> {
  const taken: {
    readonly node: number | undefined;
    readonly at: string;
    readonly index: number;
  }[] = [];
  for (const [index, mount] of (extraMounts ?? []).entries()) {
    if (mount === undefined) continue;
    const { node, containerPath } = mount;
    if (node !== undefined && node >= nodes) {
      yield {
        path: ["extraMounts", index, "node"],
        message: `${node} is not the index of a node: there ${inWords(nodes)}`,
        fix: `write ${indexes(nodes)}, or leave it out for every node`,
      };
    }
    if (containerPath === undefined) continue;
    const path = ["extraMounts", index, "containerPath"];
    const at = posix.join(containerPath, "/").replace(/(?<=.)\/$/, "");
    const other = taken.find(
      (one) => one.at === at && (one.node === undefined || node === undefined || one.node === node),
    );
    if (neededByNodes.has(at)) {
      yield {
        path,
        message: `${show(containerPath)} would hide what a node needs`,
        fix: "choose another path, such as /data",
      };
    } else if (at === ownDirectory || at.startsWith(`${ownDirectory}/`)) {
      yield {
        path,
        message: `${show(containerPath)} holds what kind and this package know about the node`,
        fix: "choose another path, such as /data",
      };
    } else if (other) {
      yield {
        path,
        message: `${show(containerPath)} is already used by extraMounts[${other.index}] of the same node`,
        fix: "choose another path",
      };
    }
    taken.push({ node, at, index });
  }
}

/** The objects that kind writes for kubeadm. A patch for any other object is silently lost. */
const patchedKinds = [
  "ClusterConfiguration",
  "InitConfiguration",
  "JoinConfiguration",
  "KubeletConfiguration",
  "KubeProxyConfiguration",
];

/** What the plan relies on, each with the cluster's key for it. */
const plannedNetworking: Readonly<Record<string, string>> = {
  dnsDomain: "clusterDomain",
  podSubnet: "podSubnet",
  serviceSubnet: "serviceSubnet",
};

function* checkKubeadmPatches({ kubeadmConfigPatches }: Draft<KindOptions>): Iterable<RuleProblem> {
  for (const [index, text] of (kubeadmConfigPatches ?? []).entries()) {
    if (text === undefined) continue;
    const path = ["kubeadmConfigPatches", index];
    const patch = readPatch(text);
    if (typeof patch === "string") {
      yield { path, message: patch, fix: `write one YAML map that begins with "kind:"` };
      continue;
    }
    const { kind, networking } = patch;
    if (typeof kind !== "string" || !patchedKinds.includes(kind)) {
      yield {
        path,
        message:
          kind === undefined
            ? "the patch has no kind, which tells what it patches"
            : `the patch is for ${show(kind)}, which is not part of kubeadm's configuration`,
        fix: `write a kind: one of ${listNames(patchedKinds)}`,
      };
      continue;
    }
    if (kind !== "ClusterConfiguration" || !isMap(networking)) continue;
    for (const [key, instead] of Object.entries(plannedNetworking)) {
      if (!(key in networking)) continue;
      yield {
        path,
        message: `the patch changes networking.${key}, which the plan sets`,
        fix: `take it out, and write ${instead} of the cluster`,
      };
    }
  }
}

/** The patch, or why it is invalid. */
function readPatch(text: string): Readonly<Record<string, unknown>> | string {
  const documents = parseAllDocuments(text);
  const [document] = documents;
  if (document === undefined) return "the patch is empty";
  if (documents.length > 1) {
    return `the patch is ${documents.length} YAML documents, and kind reads only the first one`;
  }
  const [error] = document.errors;
  if (error)
    return `the patch is not YAML: ${error.message.split("\n")[0]?.replace(/:$/, "") ?? ""}`;
  const value = document.toJS() as unknown;
  return isMap(value) ? value : "the patch is not a YAML map";
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Both become flags that contain "," and "=", so a wrong name could mean something else. */
function* checkNames({ featureGates, runtimeConfig }: Draft<KindOptions>): Iterable<RuleProblem> {
  for (const gate of Object.keys(featureGates ?? {})) {
    if (/^[A-Z][A-Za-z0-9]*$/.test(gate)) continue;
    yield {
      path: ["featureGates", gate],
      message: `${show(gate)} is not the name of a feature gate`,
      fix: "write a name such as InPlacePodVerticalScaling",
    };
  }
  for (const api of Object.keys(runtimeConfig ?? {})) {
    const isGroup = /^api\/(all|ga|beta|alpha)$/.test(api);
    if (isGroup || /^([a-z0-9][a-z0-9.-]*\/)?v\d+((alpha|beta)\d+)?(\/[a-z0-9]+)?$/.test(api)) {
      continue;
    }
    yield {
      path: ["runtimeConfig", api],
      message: `${show(api)} is not a Kubernetes API`,
      fix: "write api/all, api/ga, api/beta, api/alpha, or group and version, such as resource.k8s.io/v1beta1",
    };
  }
}

function inWords(nodes: number): string {
  return nodes === 1 ? "is 1 node" : `are ${nodes} nodes`;
}

function indexes(nodes: number): string {
  return nodes === 1 ? "0" : `0 to ${nodes - 1}`;
}
