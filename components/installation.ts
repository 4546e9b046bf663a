import type * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

export interface ReleaseCompleteArgs extends AccessArgs {
  /** Namespace of the releases. */
  namespace: pulumi.Input<string>;
  /** Names of the Helm releases. This resource must depend on them. */
  releases: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Helm releases with all of their objects. Helm and Pulumi look only at Helm's records, so a deleted
 * Deployment stays away. On refresh this resource looks at the objects. Missing ones are drift, and the next
 * update recreates them from Helm's record.
 *
 * @example
 * ```ts
 * new ReleaseComplete("gateway", { kubeconfigPath, namespace: "linkerd-multicluster", releases: ["linkerd-multicluster"] },
 *   { dependsOn: [release] });
 * ```
 */
export class ReleaseComplete extends MeshResource {
  constructor(name: string, args: ReleaseCompleteArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "ReleaseComplete",
      name,
      { ...accessProperties(args), namespace: args.namespace, releases: args.releases },
      opts,
    );
  }
}

export interface DefinitionsCleanupArgs extends AccessArgs {
  /** Names of the CRDs. */
  definitions: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Records which CRDs the cluster doesn't have yet, and
 * on deletion removes those that nobody uses. Whatever installs them must depend on it.
 */
export class DefinitionsCleanup extends MeshResource {
  /** CRDs that the cluster didn't have before. */
  declare readonly absent: pulumi.Output<string[]>;

  constructor(name: string, args: DefinitionsCleanupArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "DefinitionsCleanup",
      name,
      { ...accessProperties(args), definitions: args.definitions, absent: undefined },
      opts,
    );
  }
}

export interface DefinitionsKeptArgs extends AccessArgs {
  /** Namespace of the release. */
  namespace: pulumi.Input<string>;
  /** Helm release that installs the CRDs. This resource must depend on it. */
  release: pulumi.Input<string>;
  /** Namespaces that are deleted as well. Their objects don't count. */
  ownNamespaces: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Makes Helm keep the CRDs that have objects of others
 * when it uninstalls the release. Resources whose objects are deleted as well must depend on it.
 */
export class DefinitionsKept extends MeshResource {
  constructor(name: string, args: DefinitionsKeptArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "DefinitionsKept",
      name,
      {
        ...accessProperties(args),
        namespace: args.namespace,
        release: args.release,
        ownNamespaces: args.ownNamespaces,
      },
      opts,
    );
  }
}

export interface VacancyArgs extends AccessArgs {
  /** Namespaces that are about to be created. */
  namespaces: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Exists while the cluster has none of these namespaces,
 * except those with the mark of this very resource. Whatever creates them must depend on it. So a Linkerd
 * that somebody else installed is an error and stays unchanged. Otherwise it would be taken over, and deleted
 * in the end.
 */
export class Vacancy extends MeshResource {
  /** The mark: value of the annotation `linkerd-topology.dev/installation`. */
  declare readonly installation: pulumi.Output<string>;

  constructor(name: string, args: VacancyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "Vacancy",
      name,
      { ...accessProperties(args), namespaces: args.namespaces, installation: undefined },
      opts,
    );
  }
}
