import type { Anchor } from "../certificates/anchor.ts";

/** What one running cluster was seen to trust, and by whom its certificates are signed. */
export interface ClusterTrust {
  readonly cluster: string;
  /** Why it could not be asked; undefined where it answered. */
  readonly problem: string | undefined;
  /** What pods trust that start now. Empty where there is no control plane yet. */
  readonly anchors: readonly Anchor[];
  /** Undefined where there is none yet. */
  readonly issuer: IssuerTrust | undefined;
  /** Every running pod that has a proxy. */
  readonly proxies: readonly ProxyTrust[];
}

export interface IssuerTrust {
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly expires: string;
  /** `id` of the anchor of this cluster that signed it; undefined: none of them did. */
  readonly anchor: string | undefined;
  /**
   * Since when every certificate that linkerd-identity gave is from it, ISO 8601; undefined where its pods
   * may still work with the one before.
   */
  readonly inUseSince: string | undefined;
}

export interface ProxyTrust {
  readonly namespace: string;
  readonly pod: string;
  /** What keeps the pod, such as `Deployment/web`; undefined for a pod that nothing recreates. */
  readonly workload: string | undefined;
  /** `id`s of the anchors that it trusts, until it ends; undefined: it can't be told. */
  readonly anchors: readonly string[] | undefined;
  /** Its certificate is not older than this, ISO 8601; undefined: it has not started yet. */
  readonly certificateSince: string | undefined;
}

/** What a topology asks of every cluster. */
export interface WantedTrust {
  /** Oldest first. */
  readonly anchors: readonly WantedAnchor[];
  /** Cluster → generation that signs its issuer; undefined where the package doesn't decide it. */
  readonly signers: Readonly<Record<string, number | undefined>>;
}

export type WantedAnchor = Anchor & { readonly generation: number };
