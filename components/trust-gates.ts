import type * as pulumi from "@pulumi/pulumi";
import { accessByCluster, type MeshCluster } from "./mesh-cluster.ts";
import { type AccessArgs, accessProperties, MeshResource } from "./mesh-resource.ts";

/** Arguments of {@link TrustStep}. */
export interface TrustStepArgs {
  /** Generation → PEM of an anchor that every cluster has to trust. */
  readonly anchors: Readonly<Record<string, pulumi.Input<string>>>;
  /** Cluster → generation that signs its issuer. Undefined if somebody else decides it. */
  readonly signers: Readonly<Record<string, number | undefined>>;
  /**
   * Cluster → access to it. Nothing waits here for the creation of a kind cluster: its file is known
   * beforehand, and Docker knows whether it exists.
   */
  readonly clusters: Readonly<Record<string, TrustStepCluster>>;
}

/** An existing cluster, or a kind cluster that may not exist yet. */
export type TrustStepCluster =
  | MeshCluster
  | {
      /** An absolute path. */
      readonly kubeconfigPath: string;
      /** kind's name of the cluster. */
      readonly kindName: string;
    };

/**
 * Exists once the running clusters allow the wanted change of trust. Everything that changes trust in a
 * cluster must depend on it: a step of a rotation that would interrupt traffic fails here, with every reason.
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
  /** PEM of exactly what every proxy must trust. @default it isn't checked */
  anchors?: pulumi.Input<string> | undefined;
  /** Namespaces to restart for other anchors or another issuer, besides Linkerd's own. @default [] */
  namespaces?: readonly string[];
  /** Namespaces to restart if Linkerd would inject another proxy, besides its own. @default [] */
  upgradeNamespaces?: readonly string[];
  /** Looks again whenever one of these changes, such as the control plane's revision. @default [] */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Exists once the proxies of Linkerd and of the named namespaces are the ones that Linkerd would inject now,
 * trust the present anchors and have certificates of the present issuer. It restarts workloads that started
 * earlier: linkerd-identity if it may have missed its new issuer, then the control plane, its extension, and
 * the others.
 */
export class ProxiesCurrent extends MeshResource {
  /** What a refresh saw instead; empty if all is well. The next update restarts what is outdated. */
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
  /** Both clusters, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** Compares again whenever one of these changes. @default [] */
  readonly triggers?: readonly pulumi.Input<string>[];
}

/**
 * Exists once the source and the target of a Link trust the same anchors, and each other's issuer. It must
 * depend on both control planes; the Link must depend on it.
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

/** Exists once a cluster has an issuer that somebody else creates there, and that the mesh can trust. */
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
