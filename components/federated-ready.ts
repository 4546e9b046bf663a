import type * as pulumi from "@pulumi/pulumi";
import { accessByCluster, type MeshCluster } from "./mesh-cluster.ts";
import { MeshResource } from "./mesh-resource.ts";

/** Arguments of {@link FederatedReady}. */
export interface FederatedReadyArgs {
  /** Namespace of the Service in every cluster. */
  readonly namespace: string;
  /** Name of the members, without `-federated`. */
  readonly service: string;
  /** Cluster that has the federated Service → the clusters whose members belong to it there. */
  readonly views: Readonly<Record<string, readonly string[]>>;
  /** Every cluster that `views` names. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** Waits again whenever one of these changes. @default [] */
  readonly triggers?: readonly pulumi.Input<string>[];
}

/**
 * Exists once a federated Service has all of its members in every cluster that sees it, if their Services
 * exist. If two service mirrors create the Service at the same moment, one member is left out silently and
 * for ever. This touches the member until it joins.
 */
export class FederatedReady extends MeshResource {
  /** `complete`, or what is still awaited. */
  declare readonly state: pulumi.Output<string>;

  constructor(name: string, args: FederatedReadyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "FederatedReady",
      name,
      {
        namespace: args.namespace,
        service: args.service,
        views: Object.fromEntries(
          Object.entries(args.views).map(([viewer, members]) => [viewer, members.join(",")]),
        ),
        ...accessByCluster(args.clusters),
        triggers: [...(args.triggers ?? [])],
        state: undefined,
      },
      opts,
      ["kubeconfigs"],
    );
  }
}
