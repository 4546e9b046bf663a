import { defaults } from "../defaults.ts";
import { isOlder, parseLinkerdVersion } from "../linkerd-version.ts";
import type { LinkerdVersion } from "../linkerd-version.ts";
import { show } from "../problem.ts";
import type { Finding, Path } from "../problem.ts";
import type { Scene } from "../scene.ts";

/** The release in which `controllers` came into the multicluster chart; Links need it. */
const oldest: LinkerdVersion = [25, 4, 4];

/** Linkerd's release, and the values of its charts. */
export function* linkerdRules(scene: Scene): Iterable<Finding> {
  const text = scene.draft.linkerd?.version ?? defaults.linkerdVersion;
  const version = parseLinkerdVersion(text);
  if (!version) {
    yield {
      path: ["linkerd", "version"],
      message: `${show(text)} is not an edge release of Linkerd, edge-YY.M.N`,
      fix: `write a release such as ${defaults.linkerdVersion}`,
    };
  } else if (isOlder(version, oldest)) {
    yield {
      path: ["linkerd", "version"],
      message: `${show(text)} is older than edge-25.4.4 (2.18), before which Links could not be declared`,
      fix: `write edge-25.4.4 or later, such as ${defaults.linkerdVersion}`,
    };
  }
  if (version) yield* checkKubernetes(scene, version);
  yield* checkValues(scene);
}

/** What the charts demand of Kubernetes by their `kubeVersion`. */
function* checkKubernetes(scene: Scene, version: LinkerdVersion): Iterable<Finding> {
  const least = isOlder(version, [26, 5, 1]) ? 23 : 31;
  for (const { spec, path } of scene.clusters) {
    const minor = /^v1\.(\d+)\./.exec(spec.kubernetesVersion ?? "")?.[1];
    if (minor === undefined || Number(minor) >= least) continue;
    yield {
      path: [...path, "kubernetesVersion"],
      message: `${show(spec.kubernetesVersion)} is older than v1.${least}, which this release of Linkerd needs`,
      fix: `write v1.${least}.0 or later`,
    };
  }
}

/** Values that follow from the topology: a second truth beside it would break the mesh silently. */
const planned: readonly { readonly path: readonly string[]; readonly fix: string }[] = [
  {
    path: ["controlPlane", "identityTrustAnchorsPEM"],
    fix: "leave it out: it is the same in every cluster, and follows from trust.anchors",
  },
  ...["controlPlane", "multicluster"].map((chart) => ({
    path: [chart, "identityTrustDomain"],
    fix: "write it as trust.domain, or as trust.domain of a cluster",
  })),
  {
    path: ["controlPlane", "clusterDomain"],
    fix: "write it as clusterDomain of the cluster",
  },
  {
    path: ["controlPlane", "identity", "externalCA"],
    fix: "leave it out: what the clusters trust is trust.anchors",
  },
  {
    path: ["controlPlane", "identity", "issuer"],
    fix: "leave it out: each cluster gets an issuer of its own; its lifetime is trust.issuerLifetimeHours, one of your own trust.issuer of the cluster",
  },
  ...["controllers", "remoteMirrorServiceAccount", "remoteMirrorServiceAccountName"].map((key) => ({
    path: ["multicluster", key],
    fix: "leave it out: it follows from links",
  })),
  {
    path: ["multicluster", "linkerdNamespace"],
    fix: "leave it out: it is the same in every cluster",
  },
  {
    path: ["multicluster", "localServiceMirror", "federatedServiceSelector"],
    fix: "leave it out: members are labelled for it; what Links select is selectors.federated of the Link",
  },
  ...["enabled", "name", "port", "serviceType", "nodePort", "probe"].map((key) => ({
    path: ["multicluster", "gateway", key],
    fix: "write it as gateway of the cluster",
  })),
];

function* checkValues({ draft }: Scene): Iterable<Finding> {
  const values = draft.linkerd?.values;
  for (const { path, fix } of planned) {
    if (!hasPath(values, path)) continue;
    yield { path: ["linkerd", "values", ...path], message: "is planned, not chosen", fix };
  }
  yield* findPrivateKeys(values, ["linkerd", "values"]);
}

function hasPath(root: unknown, path: readonly string[]): boolean {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return true;
}

function* findPrivateKeys(value: unknown, path: Path): Iterable<Finding> {
  if (typeof value === "string" && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value)) {
    yield {
      path,
      message: "holds a private key, which would stand in plaintext in the stack's state",
      fix: "leave it out; the charts make keys of their own",
    };
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield* findPrivateKeys(item, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}
