import type { ClusterSpec, Topology } from "../topology.ts";
import { definitionsOf, describeVersion, edgeOf, isBefore, stableNumbers } from "./versions.ts";

/**
 * Why a cluster can't go from one release of Linkerd to another in one step.
 *
 * @returns undefined if it can
 */
export function refusedStep(from: string, to: string): string | undefined {
  const [before, after] = [generationOf(from), generationOf(to)];
  const names = `${describeVersion(from)} to ${describeVersion(to)}`;
  if (!workTogether(from, to)) {
    const between = stableNumbers[before + Math.sign(after - before)] ?? "";
    return (
      `from ${names} is more than one stable release at once, and Linkerd's control plane only works with ` +
      `proxies of the stable release before or after its own. Go to ${between} first`
    );
  }
  if (isBefore(to, from) && definitionsOf(to) !== definitionsOf(from)) {
    return (
      `from ${names} would take the custom resource definitions back to earlier ones, and objects of other ` +
      "versions or fields would be lost. Recreate the cluster, or stay"
    );
  }
  return undefined;
}

/** Whether clusters of one mesh can run these two releases, for example during an upgrade. */
export function workTogether(one: string, other: string): boolean {
  return Math.abs(generationOf(one) - generationOf(other)) <= 1;
}

/** How many stable releases there were up to this one. */
function generationOf(version: string): number {
  return (
    stableNumbers.filter((stable) => {
      const edge = edgeOf(stable);
      return edge !== undefined && !isBefore(version, edge);
    }).length - 1
  );
}

export interface UpgradeStep {
  /**
   * `canary`: the first cluster. `cluster`: more of them. `fold`: all clusters have the release, and it
   * becomes the topology's.
   */
  readonly kind: "canary" | "cluster" | "fold";
  /** Clusters that get the other release in this step. */
  readonly clusters: readonly string[];
  /** The topology with this step. */
  readonly topology: Topology;
}

export interface UpgradeChoice {
  /** An edge release. */
  readonly to: string;
  /** The first cluster to upgrade. @default the first one of the topology */
  readonly canary?: string | undefined;
  /** Upgrade all other clusters together after the canary was proved. @default false */
  readonly atOnce?: boolean | undefined;
}

/**
 * The next step of an upgrade, or of the way back. The topology itself says how far the upgrade is: some
 * clusters have the release already.
 *
 * @param topology a topology that names its release ({@link withNamedVersion})
 * @returns undefined if nothing is left to do
 */
export function nextUpgradeStep(
  topology: Topology,
  { to, canary, atOnce = false }: UpgradeChoice,
): UpgradeStep | undefined {
  const waiting = topology.clusters
    .map(({ name }) => name)
    .filter((name) => versionIn(topology, name) !== to);
  const isUntouched = waiting.length === topology.clusters.length;
  const first = canary !== undefined && waiting.includes(canary) ? canary : waiting[0];
  if (first === undefined) {
    const isFolded = topology.clusters.every(({ linkerdVersion }) => linkerdVersion === undefined);
    return isFolded ? undefined : { kind: "fold", clusters: [], topology: folded(topology, to) };
  }
  const clusters = isUntouched || !atOnce ? [first] : waiting;
  return {
    kind: isUntouched ? "canary" : "cluster",
    clusters,
    topology: withVersion(topology, clusters, to),
  };
}

/** The edge release of a cluster in the topology. @throws Error if the topology doesn't say */
export function versionIn(topology: Topology, cluster: string): string {
  const own = topology.clusters.find(({ name }) => name === cluster)?.linkerdVersion;
  const asked = own ?? topology.linkerd?.version;
  if (asked === undefined) throw new Error(`the topology names no release for ${cluster}`);
  return edgeOf(asked) ?? asked;
}

/** Writes the release of the clusters into a topology that names none. */
export function withNamedVersion(topology: Topology, version: string): Topology {
  if (topology.linkerd?.version !== undefined) return topology;
  return { ...topology, linkerd: { ...topology.linkerd, version } };
}

function withVersion(topology: Topology, clusters: readonly string[], to: string): Topology {
  return {
    ...topology,
    clusters: topology.clusters.map((cluster) =>
      clusters.includes(cluster.name) ? { ...cluster, linkerdVersion: to } : cluster,
    ),
  };
}

function folded(topology: Topology, to: string): Topology {
  return {
    ...topology,
    clusters: topology.clusters.map(
      (cluster) =>
        Object.fromEntries(
          Object.entries(cluster).filter(([key]) => key !== "linkerdVersion"),
        ) as unknown as ClusterSpec,
    ),
    linkerd: { ...topology.linkerd, version: to },
  };
}
