import type * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

export interface ReleaseCompleteArgs extends AccessArgs {
  /** Namespace of the releases. */
  namespace: pulumi.Input<string>;
  /** Names of the Helm releases. It has to depend on them. */
  releases: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Helm releases with all of their objects. Helm and Pulumi look at Helm's records only: a Deployment that
 * somebody deleted stays away. This resource looks at the objects when it is refreshed; those that are
 * missing are drift, and the next update makes them again from Helm's record.
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
 * For a cluster that outlives what is installed in it. Records which CRDs the cluster does not have yet, and
 * removes those when it is deleted, unless somebody uses them. Whatever installs them has to depend on it.
 */
export class DefinitionsCleanup extends MeshResource {
  /** CRDs that the cluster did not have before. */
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
  /** Helm release that installs the CRDs. This resource has to depend on it. */
  release: pulumi.Input<string>;
  /** Namespaces that are deleted as well; their objects don't count. */
  ownNamespaces: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it. Makes the uninstallation of a Helm release keep the
 * CRDs that have objects of others. Resources whose objects are deleted as well have to depend on it.
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
  /** Namespaces that are about to be made. */
  namespaces: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * For a cluster that outlives what is installed in it: exists while it has none of these namespaces but those
 * that bear the mark of this very resource. What makes them has to depend on it. A Linkerd that somebody else
 * installed is an error that way, and stays as it is; it would be taken over otherwise, and deleted in the end.
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
