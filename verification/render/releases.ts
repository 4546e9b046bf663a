import type { ClusterReleases } from "../../linkerd/releases.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** What one cluster runs. Undefined: it couldn't be asked. */
export interface NamedReleases {
  readonly cluster: string;
  readonly releases: ClusterReleases | undefined;
}

/** The releases of Linkerd in every cluster, and how many workloads have a proxy of each release. */
export function renderReleases(clusters: readonly NamedReleases[], style: Style): string {
  return table(
    ["Cluster", "Control plane", "Extension", "Gateway", "Proxies of workloads"],
    clusters.map(({ cluster, releases }) => {
      if (releases === undefined) return [cluster, "?", "?", "?", "?"];
      const { controlPlane, extension, gateways, workloads } = releases;
      return [
        cluster,
        ...[controlPlane, extension, gateways].map((list) => releaseCell(list, style)),
        countsOf(workloads.map(({ release }) => release)),
      ];
    }),
    style,
  );
}

function releaseCell(releases: readonly string[], style: Style): string {
  if (releases.length === 0) return "none";
  const text = releases.join("\n");
  return releases.length === 1 ? text : style.warn(text);
}

function countsOf(releases: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const release of releases) counts.set(release, (counts.get(release) ?? 0) + 1);
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([release, count]) => `${release}: ${count}`)
    .join("\n");
}
