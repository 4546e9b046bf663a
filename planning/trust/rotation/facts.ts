import type { Anchor } from "../certificates/anchor.ts";

/** What one running cluster trusts, and who signs its certificates. */
export interface ClusterTrust {
  readonly cluster: string;
  /** Why it couldn't be asked. Undefined if it answered. */
  readonly problem: string | undefined;
  /** What pods trust that start now. Empty if there is no control plane yet. */
  readonly anchors: readonly Anchor[];
  /** Undefined if there is none yet. */
  readonly issuer: IssuerTrust | undefined;
  /** Every running pod that has a proxy. */
  readonly proxies: readonly ProxyTrust[];
}

export interface IssuerTrust {
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly expires: string;
  /** `id` of the anchor of this cluster that signed it. Undefined: none of them did. */
  readonly anchor: string | undefined;
  /**
   * Since when linkerd-identity has issued all certificates from it, ISO 8601. Undefined if its pods may
   * still use the one before.
   */
  readonly inUseSince: string | undefined;
}

export interface ProxyTrust {
  readonly namespace: string;
  readonly pod: string;
  /** The controller of the pod, such as `Deployment/web`. Undefined if nothing recreates the pod. */
  readonly workload: string | undefined;
  /** `id`s of the anchors that it trusts until it ends. Undefined: unknown. */
  readonly anchors: readonly string[] | undefined;
  /** Its certificate is not older than this, ISO 8601. Undefined: it has not started yet. */
  readonly certificateSince: string | undefined;
}

/** What a topology requires of every cluster. */
export interface WantedTrust {
  /** Oldest first. */
  readonly anchors: readonly WantedAnchor[];
  /** Cluster → generation that signs its issuer. Undefined if the package doesn't decide it. */
  readonly signers: Readonly<Record<string, number | undefined>>;
}

export type WantedAnchor = Anchor & { readonly generation: number };
