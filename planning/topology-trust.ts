import type { NotBlank, PlainText } from "./topology-text.ts";

/**
 * What the clusters of a mesh trust, and who signs their issuers.
 *
 * @example
 * ```yaml
 * trust:
 *   anchors: [{ generation: 1 }, { generation: 2 }]
 *   signer: 2
 * ```
 */
export interface TrustSpec {
  /**
   * Trust domain of the mesh: what every identity ends with
   * (`<account>.<namespace>.serviceaccount.identity.linkerd.<domain>`).
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$
   * @maxLength 47
   * @default "cluster.local"
   */
  readonly domain?: string;
  /**
   * The trust anchors, oldest first: every cluster trusts all of them. More than one while an anchor is
   * being replaced.
   * @minItems 1
   * @default generation 1 alone, made by the package
   */
  readonly anchors?: readonly AnchorSpec[];
  /**
   * Generation of the anchor that signs the issuers.
   * @asType integer
   * @minimum 1
   * @maximum 9999
   * @default the first of `anchors`
   */
  readonly signer?: number;
  /**
   * Namespaces whose meshed workloads are restarted when what they have to trust changes, in every cluster
   * that has them. Workloads of other namespaces are left to whoever they belong to; no generation is taken
   * out that they still need.
   * @default []
   */
  readonly restart?: readonly NamespaceName[];
  /**
   * How long the certificate of an anchor that the package makes is valid.
   * @asType integer
   * @minimum 1
   * @maximum 876000
   * @default 87600 (ten years)
   */
  readonly anchorLifetimeHours?: number;
  /**
   * How long the issuers' certificates are valid; at most as long as the anchor's.
   * @asType integer
   * @minimum 1
   * @maximum 876000
   * @default 8760 (one year), or the anchor's where that is shorter
   */
  readonly issuerLifetimeHours?: number;
  /**
   * An `up` within this time before the end makes the anchor's certificate anew.
   * @asType integer
   * @minimum 0
   * @maximum 876000
   * @default 720 (thirty days), or a third of the lifetime where that is shorter
   */
  readonly anchorEarlyRenewalHours?: number;
  /**
   * An `up` within this time before the end makes an issuer's certificate anew.
   * @asType integer
   * @minimum 0
   * @maximum 876000
   * @default 720 (thirty days), or a third of the lifetime where that is shorter
   */
  readonly issuerEarlyRenewalHours?: number;
}

/**
 * The name of a namespace.
 * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$
 * @maxLength 63
 */
export type NamespaceName = string;

/** One generation of the trust anchor: made by the package, or given. */
export interface AnchorSpec {
  /**
   * Which one it is, for as long as it is there. A topology that lists none has generation 1.
   * @asType integer
   * @minimum 1
   * @maximum 9999
   */
  readonly generation: number;
  /** Certificate of an anchor of your own, PEM text. @default the package makes it */
  readonly certificate?: NotBlank;
  /** File with the certificate, relative to the program's directory. @default the package makes it */
  readonly certificateFile?: PlainText;
  /**
   * File with its private key, relative to the program's directory. Without it the issuers have to be
   * given too.
   */
  readonly keyFile?: PlainText;
}

/** What a cluster has in place of the mesh's trust settings. */
export interface ClusterTrustSpec {
  /**
   * Trust domain of this cluster. Domains of their own are the only way to tell workloads of the same name
   * in two clusters apart.
   * @pattern ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$
   * @maxLength 47
   * @default `trust.domain`
   */
  readonly domain?: string;
  /**
   * Generation of the anchor that signs this cluster's issuer.
   * @asType integer
   * @minimum 1
   * @maximum 9999
   * @default `trust.signer`
   */
  readonly signer?: number;
  /** Any text; another one makes the issuer anew, key and certificate. @default the key is kept */
  readonly rotation?: PlainText;
  /** An issuer of your own. @default the package makes one */
  readonly issuer?: IssuerSpec;
}

/** An issuer that the package does not make: given, or made in the cluster by cert-manager. */
export interface IssuerSpec {
  /** PEM text: the issuer's certificate, then those between it and the trust anchor. */
  readonly certificate?: NotBlank;
  /** File with the same, relative to the program's directory. */
  readonly certificateFile?: PlainText;
  /** File with its private key, relative to the program's directory. */
  readonly keyFile?: PlainText;
  /** Who signs it in the cluster, which has to run cert-manager. */
  readonly certManager?: CertManagerSpec;
}

/** The issuer, in cert-manager's words, of a cluster's issuer certificate. */
export interface CertManagerSpec {
  /** Its name; an `Issuer` is in the namespace `linkerd`. */
  readonly name: PlainText;
  /** What it is, such as `Issuer`. @default "ClusterIssuer" */
  readonly kind?: PlainText;
  /** API group of that kind. @default "cert-manager.io" */
  readonly group?: PlainText;
}
