import type { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { accessProperties } from "./mesh-resource.ts";

/**
 * What a component needs to know of a cluster to install something into it. `KindCluster` and
 * `ExistingCluster` are such; a program with clusters of its own can pass a plain object.
 */
export interface MeshCluster {
  /** Provider through which everything in the cluster is made: one per cluster. */
  readonly kubernetes: Provider;
  /** Content of a kubeconfig that reaches the cluster from this machine. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /**
   * File on this machine with that content, an absolute path. Gates read it where there is one, so that the state holds
   * no copy of the kubeconfig for each of them. @default the gates keep the content, as a secret
   */
  readonly kubeconfigPath?: pulumi.Input<string>;
  /** Context in that kubeconfig; undefined for its current one. */
  readonly context: string | undefined;
  /**
   * The resource whose deletion takes everything in the cluster with it, so that nothing in there has
   * to be deleted one by one; undefined where the cluster outlives what is installed in it.
   */
  readonly lifetime: pulumi.Resource | undefined;
}

/** How a resource of the provider `linkerd-topology` gets into a cluster. */
export function accessTo(cluster: MeshCluster): (
  { kubeconfigPath: pulumi.Input<string> } | { kubeconfig: pulumi.Output<string> }
) & {
  context?: string;
} {
  const { context, kubeconfig, kubeconfigPath } = cluster;
  return {
    ...(kubeconfigPath === undefined ? { kubeconfig } : { kubeconfigPath }),
    ...(context !== undefined && { context }),
  };
}

/** The same for several clusters, as the provider takes it: each property by the clusters' names. */
export function accessByCluster(clusters: Readonly<Record<string, MeshCluster>>): pulumi.Inputs {
  const access = Object.entries(clusters).map(
    ([name, cluster]) => [name, accessProperties(accessTo(cluster))] as const,
  );
  const each = (property: string) =>
    Object.fromEntries(
      access.flatMap(([name, properties]) => {
        const value: unknown = properties[property];
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  return {
    kubeconfigPaths: each("kubeconfigPath"),
    kubeconfigs: each("kubeconfig"),
    contexts: each("context"),
  };
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
