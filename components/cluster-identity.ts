import type * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

/**
 * Which cluster a kubeconfig leads to, noted at the first contact. What makes something in the cluster has to
 * depend on it: in every later update and preview it looks again, and fails where another cluster answers.
 *
 * Only another `context` moves it to another cluster: it is then replaced.
 */
export class ClusterIdentity extends MeshResource {
  /** UID of the namespace kube-system. */
  declare readonly uid: pulumi.Output<string>;
  /** The context in the kubeconfig: the one that was named, or the one that was current at first. */
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
 * Is deleted before all that it depends on, and fails then unless the cluster is still the same one. It has to
 * depend on everything that is made in a cluster that outlives it: nothing else compares before Helm and the
 * Kubernetes provider delete.
 */
export class ClusterGuard extends MeshResource {
  constructor(name: string, args: AccessArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("ClusterGuard", name, accessProperties(args), opts);
  }
}
