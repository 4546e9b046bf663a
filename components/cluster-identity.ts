import type * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

/**
 * Records at the first contact which cluster a kubeconfig leads to. Everything that changes the cluster must
 * depend on it. In every later update and preview it looks again, and fails if another cluster answers.
 *
 * Only another `context` moves it to another cluster. It is then replaced.
 */
export class ClusterIdentity extends MeshResource {
  /** UID of the namespace kube-system. */
  declare readonly uid: pulumi.Output<string>;
  /**
   * The context in the kubeconfig: the one that was named, or the one that was current at the first contact.
   */
  declare readonly usedContext: pulumi.Output<string>;

  constructor(
    name: string,
    args: Omit<AccessArgs, "clusterUid">,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const properties = { ...accessProperties(args), uid: undefined, usedContext: undefined };
    super("ClusterIdentity", name, properties, opts);
  }
}

/**
 * Fails on deletion unless the cluster is still the same one. It must depend on everything that is created in
 * a cluster that outlives it, so that it is deleted first: nothing else compares before Helm and the
 * Kubernetes provider delete.
 */
export class ClusterGuard extends MeshResource {
  constructor(name: string, args: AccessArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("ClusterGuard", name, accessProperties(args), opts);
  }
}
