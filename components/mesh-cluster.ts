import type { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { installationAnnotation } from "../planning/names.ts";
import { type AccessArgs, accessProperties } from "./mesh-resource.ts";

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
  readonly context: pulumi.Input<string> | undefined;
  /**
   * UID of the namespace kube-system, for a cluster that outlives what is installed in it: everything that the
   * gates do is refused in any other one. @default whatever the kubeconfig leads to is taken
   */
  readonly uid?: pulumi.Input<string> | undefined;
  /** What marks the namespaces that are made in it as this stack's. @default they bear no mark */
  readonly installation?: pulumi.Input<string> | undefined;
  /**
   * The resource whose deletion takes everything in the cluster with it, so that nothing in there has
   * to be deleted one by one; undefined where the cluster outlives what is installed in it.
   */
  readonly lifetime: pulumi.Resource | undefined;
}

/** How a resource of the provider `linkerd-topology` gets into a cluster. */
export function accessTo(cluster: MeshCluster): AccessArgs {
  const { context, kubeconfig, kubeconfigPath, uid } = cluster;
  return {
    ...(kubeconfigPath === undefined ? { kubeconfig } : { kubeconfigPath }),
    ...(context !== undefined && { context }),
    ...(uid !== undefined && { clusterUid: uid }),
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
    ...(access.some(([, { clusterUid }]) => clusterUid !== undefined) && {
      clusterUids: each("clusterUid"),
    }),
  };
}

/** Annotations of a namespace that is made in a cluster. */
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
