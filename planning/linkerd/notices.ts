import { compareVersions } from "../../system/version.ts";
import type { Plan } from "../plan-types.ts";
import { knownVersions, describeVersion, factsOf, isBefore } from "./versions.ts";

/** What a person should know about the releases of Linkerd in a plan without problems. */
export function linkerdNotices({ clusters, linkerd }: Plan): readonly string[] {
  const versions = new Set([
    linkerd.version,
    ...clusters.map((cluster) => cluster.linkerd.version),
  ]);
  return [...versions].flatMap((version) => {
    const { isKnown, kubernetes } = factsOf(version);
    const before = knownVersions.findLast(({ edge }) => !isBefore(version, edge));
    const newer = clusters.flatMap((cluster) => {
      if (cluster.linkerd.version !== version || cluster.type !== "kind") return [];
      const { name, kubernetesVersion = "" } = cluster;
      const minor = /^v(\d+\.\d+)/.exec(kubernetesVersion)?.[1];
      const isNewer = minor !== undefined && compareVersions(minor, kubernetes.newest) > 0;
      return isNewer ? [`${name}: Kubernetes ${kubernetesVersion}`] : [];
    });
    return [
      ...(isKnown || before === undefined
        ? []
        : [
            `Linkerd ${version} is not a release that this package knows (docs/linkerd-versions.md). It is ` +
              `treated like ${describeVersion(before.edge)}, the one before it`,
          ]),
      ...(newer.length === 0
        ? []
        : [
            `Linkerd ${version} is known to work with Kubernetes up to v${kubernetes.newest}. Newer than that: ` +
              newer.join(", "),
          ]),
    ];
  });
}
