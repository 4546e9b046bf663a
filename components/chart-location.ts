import { join } from "node:path";
import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import type * as pulumi from "@pulumi/pulumi";
import { timeLimits } from "../system/time-limits.ts";
import { inCluster, type MeshCluster } from "./mesh-cluster.ts";

/** Where charts come from: a directory, or their Helm repository. */
export interface ChartLocation {
  /** Directory with one directory per chart; for MetalLB, the chart's own. @default the Helm repository */
  readonly directory?: string | undefined;
  /** Version of the charts in the repository, such as `2026.1.1`. */
  readonly version: string;
}

/** Linkerd's own charts, by their names in the repository. */
export type LinkerdChart =
  | "linkerd-crds"
  | "linkerd-control-plane"
  | "linkerd-multicluster"
  | "linkerd-viz";

const repository = "https://helm.linkerd.io/edge";

/** Options of a release. */
export interface ReleaseOptions {
  readonly parent: pulumi.Resource;
  readonly dependsOn: readonly pulumi.Resource[];
}

export interface ReleaseArgs {
  /** The cluster to install it in. */
  readonly cluster: MeshCluster;
  readonly namespace: string;
  readonly values?: pulumi.Inputs;
  /**
   * Whether the release counts as created only when every Deployment is available. Otherwise it does when it
   * was applied, and something else must wait.
   */
  readonly awaitPods: boolean;
}

/**
 * A Helm release of one of Linkerd's charts. It is a release and not its rendered objects, because the charts
 * create new webhook certificates at every render, which would be a change at every `up`.
 */
export function linkerdRelease(
  logicalName: string,
  chart: LinkerdChart,
  location: ChartLocation,
  args: ReleaseArgs,
  opts: ReleaseOptions,
): Release {
  const { directory, version } = location;
  const path = directory === undefined ? undefined : join(directory, chart);
  return release(logicalName, { ...located(chart, version, repository, path), ...args }, opts);
}

const metallbRepository = "https://metallb.github.io/metallb";

/** A Helm release of MetalLB's chart. */
export function metallbRelease(
  logicalName: string,
  { directory, version }: ChartLocation,
  args: ReleaseArgs,
  opts: ReleaseOptions,
): Release {
  const chart = located("metallb", version, metallbRepository, directory);
  return release(logicalName, { ...chart, ...args }, opts);
}

/** A chart of a Helm repository, or the same one in a directory. */
function located(name: string, version: string, repo: string, path: string | undefined) {
  return path === undefined
    ? { name, chart: name, version, repositoryOpts: { repo } }
    : { name, chart: path };
}

/** A Helm release of a chart in a directory. */
export function localRelease(
  logicalName: string,
  chart: { readonly name: string; readonly directory: pulumi.Input<string> },
  args: ReleaseArgs,
  opts: ReleaseOptions,
): Release {
  return release(logicalName, { chart: chart.directory, name: chart.name, ...args }, opts);
}

type AnyRelease = ReleaseArgs & {
  readonly chart: pulumi.Input<string>;
  readonly name: string;
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo: string };
};

function release(
  logicalName: string,
  { awaitPods, cluster, ...args }: AnyRelease,
  { parent, dependsOn }: ReleaseOptions,
): Release {
  return new Release(
    logicalName,
    {
      ...args,
      skipAwait: !awaitPods,
      timeout: timeLimits.helmRelease / 1000,
      // Old revisions are Secrets of some hundred kilobytes each.
      maxHistory: 2,
    },
    inCluster(cluster, parent, {
      dependsOn: [...dependsOn],
    }),
  );
}
