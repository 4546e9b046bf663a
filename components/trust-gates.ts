import type * as pulumi from "@pulumi/pulumi";
import { accessByCluster, type MeshCluster } from "./mesh-cluster.ts";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

/** Arguments of {@link TrustStep}. */
export interface TrustStepArgs {
  /** Generation → PEM of an anchor that every cluster is to trust. */
  readonly anchors: Readonly<Record<string, pulumi.Input<string>>>;
  /** Cluster → generation that signs its issuer; undefined where somebody else decides it. */
  readonly signers: Readonly<Record<string, number | undefined>>;
  /**
   * Cluster → the way into it. Nothing waits here for a kind cluster that is yet to be made: its file is known
   * beforehand, and whether there is such a cluster Docker tells.
   */
  readonly clusters: Readonly<Record<string, TrustStepCluster>>;
}

/** A cluster that exists, or a kind cluster that may be yet to be made. */
export type TrustStepCluster =
  | MeshCluster
  | {
      /** An absolute path. */
      readonly kubeconfigPath: string;
      /** Name that kind knows it by. */
      readonly kindName: string;
    };

/**
 * Exists once the running clusters allow what is wanted of their trust. What changes trust in a cluster has
 * to depend on it: a step of a rotation that would cost traffic fails here, with every reason.
 */
export class TrustStep extends MeshResource {
  constructor(name: string, args: TrustStepArgs, opts: pulumi.CustomResourceOptions = {}) {
    const clusters = Object.entries(args.clusters);
    const each = (property: (cluster: TrustStepCluster) => pulumi.Input<string> | undefined) =>
      Object.fromEntries(
        clusters.flatMap(([name, cluster]) => {
          const value = property(cluster);
          return value === undefined ? [] : [[name, value] as const];
        }),
      );
    super(
      "TrustStep",
      name,
      {
        anchors: args.anchors,
        signers: Object.fromEntries(
          Object.entries(args.signers).map(([cluster, signer]) => [cluster, String(signer ?? "")]),
        ),
        kubeconfigPaths: each(({ kubeconfigPath }) => kubeconfigPath),
        contexts: each((cluster) => ("kindName" in cluster ? undefined : cluster.context)),
        clusterUids: each((cluster) => ("kindName" in cluster ? undefined : cluster.uid)),
        kindNames: each((cluster) => ("kindName" in cluster ? cluster.kindName : undefined)),
      },
      opts,
      [],
    );
  }
}

/** Arguments of {@link ProxiesCurrent}. */
export interface ProxiesCurrentArgs extends AccessArgs {
  /** PEM of what every proxy is to trust, and nothing else. @default what they trust isn't looked at */
  anchors?: pulumi.Input<string> | undefined;
  /** Namespaces that are restarted for other anchors or another issuer, besides Linkerd's own. @default [] */
  namespaces?: readonly string[];
  /** Namespaces that are restarted when Linkerd would inject another proxy, besides its own. @default [] */
  upgradeNamespaces?: readonly string[];
  /** Looks again whenever one of these changes, such as the control plane's revision. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Exists once the proxies of Linkerd's own, and of namespaces that are named, are the ones that Linkerd would
 * inject now, trust the present anchors and have certificates of the present issuer. It restarts what started
 * before: linkerd-identity where it may have missed its new issuer, then the control plane, its extension, and
 * the others.
 */
export class ProxiesCurrent extends MeshResource {
  /** What a refresh saw in place of that; empty where it holds. The next update restarts what is behind. */
  declare readonly trouble: pulumi.Output<string>;

  constructor(name: string, args: ProxiesCurrentArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "ProxiesCurrent",
      name,
      {
        ...accessProperties(args),
        anchors: args.anchors,
        namespaces: [...(args.namespaces ?? [])],
        upgradeNamespaces: [...(args.upgradeNamespaces ?? [])],
        triggers: args.triggers ?? [],
        trouble: undefined,
      },
      opts,
    );
  }
}

/** Arguments of {@link AnchorsShared}. */
export interface AnchorsSharedArgs {
  /** Name of the Link's source. */
  readonly source: string;
  /** Name of the Link's target. */
  readonly target: string;
  /** Both of them, by their names. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** Compares again whenever one of these changes. @default [] */
  readonly triggers?: readonly pulumi.Input<string>[];
}

/**
 * Exists once the source and the target of a Link were seen to trust the same anchors, and each other's
 * issuer. It has to depend on both control planes; the Link has to depend on it.
 */
export class AnchorsShared extends MeshResource {
  constructor(name: string, args: AnchorsSharedArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "AnchorsShared",
      name,
      {
        source: args.source,
        target: args.target,
        ...accessByCluster(args.clusters),
        triggers: [...(args.triggers ?? [])],
      },
      opts,
      ["kubeconfigs"],
    );
  }
}

/** Arguments of {@link IssuerReady}. */
export interface IssuerReadyArgs extends AccessArgs {
  /** PEM of what the mesh trusts. */
  anchors: pulumi.Input<string>;
  /** Waits again whenever one of these changes. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Exists once a cluster has an issuer that somebody else makes there, and that the mesh can trust. */
export class IssuerReady extends MeshResource {
  constructor(name: string, args: IssuerReadyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "IssuerReady",
      name,
      { ...accessProperties(args), anchors: args.anchors, triggers: args.triggers ?? [] },
      opts,
    );
  }
}
