import { chooseVersion } from "./choose-version.ts";
import {
  builtVersion,
  defaultVersion,
  describeVersion,
  edgeOf,
  factsOf,
  isBefore,
  oldestVersion,
  stableNumbers,
} from "./versions.ts";
import { workTogether } from "./upgrade.ts";
import { compareVersions } from "../../system/version.ts";
import { nativeSidecarAnnotations } from "./native-sidecars.ts";
import { listNames, show } from "../topology/problem.ts";
import type { Path, RuleProblem } from "../topology/problem.ts";
import type { Sources } from "../sources/sources.ts";
import type { RuleInput } from "../topology/rule-input.ts";

/** Checks Linkerd's release and the values of its charts. */
export function* linkerdRules(input: RuleInput): Iterable<RuleProblem> {
  const { sources } = input;
  const text = input.draft.linkerd?.version;
  const everywhere = ["linkerd", "version"];
  const version =
    text === undefined
      ? chooseVersion(undefined, sources?.linkerdVersion)?.version
      : yield* checkVersion(text, everywhere);
  if (version !== undefined) yield* checkHeld(version, version, everywhere, sources);
  for (const { spec, path } of input.clusters) {
    const own = spec.linkerdVersion;
    const at = [...path, "linkerdVersion"];
    const edge = own === undefined ? version : yield* checkVersion(own, at);
    if (edge === undefined) continue;
    // While the sources are unknown, they may still require an earlier release than the default.
    const isSure = own !== undefined || text !== undefined || sources !== undefined;
    yield* checkKubernetes(spec.kubernetesVersion, path, isSure ? edge : builtVersion);
    if (own !== undefined) yield* checkHeld(edge, version, at, sources);
    if (version === undefined || workTogether(edge, version)) continue;
    yield {
      path: at,
      message:
        `${describeVersion(edge)} is more than one stable release away from ${describeVersion(version)} of the ` +
        "other clusters, whose proxies it doesn't work with",
      fix: "upgrade all clusters by one stable release first",
    };
  }
  yield* checkNetworkPlugin(input);
  yield* checkValues(input);
}

/**
 * Checks the release of a component that is made without a topology.
 *
 * @param text what the program asks for
 */
export function* checkRelease(
  text: string | undefined,
  path: Path,
  sources: Sources,
): Iterable<RuleProblem> {
  const version = text === undefined ? undefined : yield* checkVersion(text, path);
  if (version !== undefined) yield* checkHeld(version, version, path, sources);
}

/** Without linkerd-cni in the cluster no pod with a proxy starts: its network-validator waits for ever. */
function* checkNetworkPlugin({ draft, clusters }: RuleInput): Iterable<RuleProblem> {
  const made = clusters.filter(({ isKind }) => isKind).map(({ name }) => name);
  if (draft.linkerd?.values?.controlPlane?.["cniEnabled"] !== true || made.length === 0) return;
  yield {
    path: ["linkerd", "values", "controlPlane", "cniEnabled"],
    message:
      `needs Linkerd's CNI plug-in in the cluster before the control plane, and the package can't install ` +
      `it in the kind clusters that it makes (${listNames(made)})`,
    fix: "leave it out: an init container then sets up the network of each pod",
  };
}

/** @returns the edge release; undefined if it is none */
function* checkVersion(text: string, path: Path): Generator<RuleProblem, string | undefined> {
  const version = edgeOf(text);
  if (version === undefined) {
    yield {
      path,
      message: `${show(text)} is neither an edge release of Linkerd, edge-YY.M.N, nor a known stable number`,
      fix: `write a release such as ${defaultVersion}, or one of ${stableNumbers.map(show).join(", ")}`,
    };
    return undefined;
  }
  yield* checkAge(version, text, path);
  return version;
}

function* checkAge(version: string, text: string, path: Path): Iterable<RuleProblem> {
  if (!isBefore(version, oldestVersion)) return;
  yield {
    path,
    message: `${show(text)} is older than ${describeVersion(oldestVersion)}, the first version with declarative Links`,
    fix: `write ${oldestVersion} or later, such as ${defaultVersion}`,
  };
}

/**
 * Checks whether the sources have a release.
 *
 * @param common the release of the clusters that name none
 */
function* checkHeld(
  version: string,
  common: string | undefined,
  path: Path,
  sources: Sources = {},
): Iterable<RuleProblem> {
  const { versions = {}, charts, images } = sources;
  if (versions[version] !== undefined) return;
  const isLimited =
    sources.linkerdVersion !== undefined ||
    charts !== undefined ||
    images?.controller !== undefined ||
    images?.proxy !== undefined;
  if (!isLimited) return;
  // Charts and images that don't say their release count as the common release, unless that one is listed.
  const isListed = versions[common ?? ""] !== undefined;
  const held = sources.linkerdVersion ?? (isListed ? version : common);
  if (held === undefined || held === version) return;
  yield {
    path,
    message: `${show(version)} can't be had: the charts and images at hand are those of ${held}`,
    fix:
      `leave it out or write ${held}; or let the machine reach the registries; or name charts, images and archives ` +
      `of ${version} in a sources file (LINKERD_TOPOLOGY_SOURCES), under versions if it holds another release`,
  };
}

/** The charts refuse an older Kubernetes by their `kubeVersion`. */
function* checkKubernetes(
  kubernetesVersion: string | undefined,
  path: Path,
  version: string,
): Iterable<RuleProblem> {
  const { oldest } = factsOf(version).kubernetes;
  const minor = /^v(1\.\d+)\./.exec(kubernetesVersion ?? "")?.[1];
  if (minor === undefined || compareVersions(minor, oldest) >= 0) return;
  yield {
    path: [...path, "kubernetesVersion"],
    message: `${show(kubernetesVersion)} is older than v${oldest}, which Linkerd ${version} needs`,
    fix: `write v${oldest}.0 or later`,
  };
}

const ofSourcesFile = (key: string, images = "images") =>
  `write it as ${images}.${key} of a sources file, from which the nodes get it as well`;

/**
 * Values that the package sets. A value that contradicts the topology would break the mesh silently. Defaults
 * of the package that nothing else relies on may be changed: `webhookFailurePolicy`, `disableHeartBeat`,
 * replicas and resources, a gateway's other annotations.
 */
const planned: readonly { readonly path: readonly string[]; readonly fix: string }[] = [
  {
    path: ["crds", "installGatewayAPI"],
    fix: "leave it out: the package installs the Gateway API's CRDs, and two releases can't own them; for another version, set gatewayApi in a sources file",
  },
  ...["controllerImage", "controllerImageVersion"].map((key) => ({
    path: ["controlPlane", key],
    fix: ofSourcesFile("controller"),
  })),
  ...["name", "version"].flatMap((key) => [
    { path: ["controlPlane", "proxy", "image", key], fix: ofSourcesFile("proxy") },
    ...["controllerDefaults", "localServiceMirror"].map((part) => ({
      path: ["multicluster", part, "image", key],
      fix: ofSourcesFile("controller"),
    })),
  ]),
  {
    path: ["multicluster", "gateway", "pauseImage"],
    fix: ofSourcesFile("pause"),
  },
  {
    path: ["multicluster", "gateway", "loadBalancerIP"],
    fix: "leave it out: these values apply to every cluster, and an address belongs to one; kind clusters get theirs from docker.subnet",
  },
  ...nativeSidecarAnnotations.map((key) => ({
    path: ["multicluster", "gateway", "deploymentAnnotations", key],
    fix: "leave it out: the gateway's proxy waits before it exits, and as a native sidecar it can't",
  })),
  ...["multicluster", "viz"].map((chart) => ({
    path: [chart, "createNamespaceMetadataJob"],
    fix: "leave it out: the package creates the namespace with its labels",
  })),
  {
    path: ["controlPlane", "identityTrustAnchorsPEM"],
    fix: "leave it out: it is the same in every cluster, and follows from trust.anchors",
  },
  ...["controlPlane", "multicluster", "viz"].map((chart) => ({
    path: [chart, "identityTrustDomain"],
    fix: "write it as trust.domain, or as trust.domain of a cluster",
  })),
  ...["controlPlane", "viz"].map((chart) => ({
    path: [chart, "clusterDomain"],
    fix: "write it as clusterDomain of the cluster",
  })),
  {
    path: ["controlPlane", "identity", "externalCA"],
    fix: "leave it out: trust.anchors says what the clusters trust",
  },
  {
    path: ["controlPlane", "identity", "issuer"],
    fix: "leave it out: the package creates an issuer for each cluster; set its lifetime with trust.issuerLifetimeHours, or your own issuer with trust.issuer of the cluster",
  },
  ...["controllers", "remoteMirrorServiceAccount", "remoteMirrorServiceAccountName"].map((key) => ({
    path: ["multicluster", key],
    fix: "leave it out: it follows from links",
  })),
  ...["multicluster", "viz"].map((chart) => ({
    path: [chart, "linkerdNamespace"],
    fix: "leave it out: it is the same in every cluster",
  })),
  ...[["prometheusUrl"], ["prometheus", "enabled"]].map((path) => ({
    path: ["viz", ...path],
    fix: "leave it out: linkerd-viz asks the Prometheus of its cluster",
  })),
  ...(
    [
      ["metricsAPI", "metricsApi"],
      ["tap", "tap"],
      ["tapInjector", "tap"],
      ["dashboard", "web"],
    ] as const
  ).map(([part, image]) => ({
    path: ["viz", part, "image"],
    fix: ofSourcesFile(image, "viz.images"),
  })),
  {
    path: ["multicluster", "localServiceMirror", "federatedServiceSelector"],
    fix: "leave it out: the package labels the members; to change what a Link selects, set selectors.federated of the Link",
  },
  ...["enabled", "name", "port", "serviceType", "nodePort", "probe"].map((key) => ({
    path: ["multicluster", "gateway", key],
    fix: "write it as gateway of the cluster",
  })),
];

function* checkValues({ draft }: RuleInput): Iterable<RuleProblem> {
  const values = draft.linkerd?.values ?? {};
  const replaced = new Set<string>();
  for (const { path, fix } of planned) {
    const set = setPath(values, path);
    if (set === undefined) continue;
    const at = ["linkerd", "values", ...set];
    if (set.length === path.length) {
      yield { path: at, message: "is set by the plan", fix };
    } else if (!replaced.has(at.join("."))) {
      replaced.add(at.join("."));
      yield {
        path: at,
        message: "replaces a whole map in which the plan sets values",
        fix: "write a map with the values to change",
      };
    }
  }
  yield* findPrivateKeys(values, ["linkerd", "values"]);
}

/** The path, if it has a value, or its beginning, if that has something other than a map. */
function setPath(root: unknown, path: readonly string[]): readonly string[] | undefined {
  let value = root;
  for (const [index, key] of path.entries()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return path.slice(0, index);
    }
    value = (value as Record<string, unknown>)[key];
    if (value === undefined) return undefined;
  }
  return path;
}

function* findPrivateKeys(value: unknown, path: Path): Iterable<RuleProblem> {
  if (typeof value === "string" && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value)) {
    yield {
      path,
      message: "contains a private key, which would be in plaintext in the stack's state",
      fix: "leave it out; the charts create their own keys",
    };
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield* findPrivateKeys(item, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}
