import type { FederatedReadyArgs, ServiceExportArgs } from "@linkerd-topology/mesh";
import type { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { installationAnnotation } from "../planning/names.ts";

/**
 * What a component needs in order to install something into a cluster. `KindCluster` and `ExistingCluster`
 * are such clusters. `ExistingCluster` also takes clusters that the program or another stack makes.
 */
export interface MeshCluster {
  /** Provider of everything in the cluster. Each cluster has one. */
  readonly kubernetes: Provider;
  /** Kubeconfig text that reaches the cluster from this machine. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /**
   * File on this machine with the same kubeconfig, an absolute path. Gates read the file if there is one, so
   * that the state doesn't hold a copy of the kubeconfig for each of them. @default the gates keep the text,
   * as a secret
   */
  readonly kubeconfigPath?: pulumi.Input<string> | undefined;
  /** Context in that kubeconfig. Undefined: its current one. */
  readonly context: pulumi.Input<string> | undefined;
  /**
   * UID of the namespace kube-system, for a cluster that outlives what is installed in it. The gates refuse
   * to work in any other cluster. @default any cluster is accepted
   */
  readonly uid?: pulumi.Input<string> | undefined;
  /** The mark of this stack on the namespaces that it creates in the cluster. @default no mark */
  readonly installation?: pulumi.Input<string> | undefined;
  /**
   * The resource whose deletion removes everything in the cluster, so that nothing in it has to be deleted
   * one by one. Undefined if the cluster outlives what is installed in it.
   */
  readonly lifetime: pulumi.Resource | undefined;
}

/** The way into a cluster: exactly one of `kubeconfig` and `kubeconfigPath`. */
export interface AccessArgs extends Pick<
  ServiceExportArgs,
  "kubeconfig" | "kubeconfigPath" | "context" | "clusterUid"
> {}

/** The ways into several clusters, each property by the clusters' names. */
export interface AccessByClusterArgs extends Pick<
  FederatedReadyArgs,
  "kubeconfigPaths" | "kubeconfigs" | "contexts" | "clusterUids"
> {}

/**
 * How a resource of the provider `linkerd-topology` reaches a cluster.
 *
 * @example
 * ```ts
 * const labels = { "mirror.linkerd.io/exported": "true" };
 * new ServiceExport("web", { ...accessTo(east), namespace: "shop", service: "web", labels });
 * ```
 */
export function accessTo(cluster: MeshCluster): AccessArgs {
  const { context, kubeconfig, kubeconfigPath, uid } = cluster;
  return {
    ...(kubeconfigPath === undefined ? { kubeconfig } : { kubeconfigPath }),
    ...(context !== undefined && { context }),
    ...(uid !== undefined && { clusterUid: uid }),
  };
}

/**
 * The same for a resource that is about several clusters.
 *
 * @example
 * ```ts
 * new AnchorsShared("west-east", { source: "west", target: "east", ...accessByCluster({ west, east }) });
 * ```
 */
export function accessByCluster(
  clusters: Readonly<Record<string, MeshCluster>>,
): AccessByClusterArgs {
  const each = (property: keyof AccessArgs) =>
    byName(clusters, (cluster) => accessTo(cluster)[property]);
  const clusterUids = each("clusterUid");
  return {
    kubeconfigPaths: each("kubeconfigPath"),
    kubeconfigs: each("kubeconfig"),
    contexts: each("context"),
    ...(Object.keys(clusterUids).length > 0 && { clusterUids }),
  };
}

/** A property of each cluster that has it, by the clusters' names. */
export function byName<C>(
  clusters: Readonly<Record<string, C>>,
  property: (cluster: C) => pulumi.Input<string | undefined>,
): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    Object.entries(clusters).flatMap(([name, cluster]) => {
      const value = property(cluster);
      return value === undefined ? [] : [[name, value as pulumi.Input<string>] as const];
    }),
  );
}

/** Annotations of a namespace that the package creates in a cluster. */
export function markOf({ installation }: MeshCluster): Record<string, pulumi.Input<string>> {
  return installation === undefined ? {} : { [installationAnnotation]: installation };
}

/** Options of a resource that lives in a cluster. */
export function inCluster(
  cluster: MeshCluster,
  parent: pulumi.Resource,
  further: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  const options: pulumi.CustomResourceOptions = { parent, provider: cluster.kubernetes };
  if (cluster.lifetime !== undefined) options.deletedWith = cluster.lifetime;
  return pulumi.mergeOptions(options, further);
}

/** Options of a resource of another provider that acts on a cluster. */
export function onCluster(
  cluster: MeshCluster,
  parent: pulumi.Resource,
  further: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  const options: pulumi.CustomResourceOptions = { parent };
  if (cluster.lifetime !== undefined) options.deletedWith = cluster.lifetime;
  return pulumi.mergeOptions(options, further);
}
