import { defaults, lifetimes } from "../defaults.ts";
import type { AnchorPlan, IssuerPlan, PemLocation, TrustPlan } from "../plan-types.ts";
import type { Draft } from "../topology/shape.ts";
import type { AnchorSpec, ClusterSpec, ClusterTrustSpec, TrustSpec } from "../topology.ts";

/** The trust anchors of a topology that has no problems, and the lifetimes. */
export function planTrust(trust: TrustSpec = {}): TrustPlan {
  const anchors = anchorsOf(trust).map(planAnchor);
  const [first] = anchors;
  return {
    domain: trust.domain ?? defaults.trustDomain,
    anchors,
    staged:
      anchors.length > 1 ||
      first?.type !== "made" ||
      first.generation !== defaults.anchorGeneration,
    restart: [...new Set(trust.restart ?? [])].sort(),
    ...lifetimes(trust),
  };
}

export function planIssuer(own: ClusterTrustSpec = {}, trust: TrustSpec = {}): IssuerPlan {
  const { issuer } = own;
  if (issuer?.certManager !== undefined) {
    const { name, kind = "ClusterIssuer", group = "cert-manager.io" } = issuer.certManager;
    return { type: "cert-manager", issuer: { name, kind, group } };
  }
  const certificate = pemLocation(issuer ?? {});
  if (certificate !== undefined && issuer?.keyFile !== undefined) {
    return { type: "given", certificate, keyFile: issuer.keyFile };
  }
  return { type: "made", signer: signerOf(own, trust), rotation: own.rotation };
}

/** The generations that a topology lists, or the single default one. */
export function anchorsOf(trust: TrustSpec): readonly AnchorSpec[] {
  return trust.anchors ?? [{ generation: defaults.anchorGeneration }];
}

/** Generation of the anchor that signs a cluster's issuer. */
export function signerOf(
  own: Draft<ClusterTrustSpec> | undefined,
  trust: Draft<TrustSpec> | undefined,
): number {
  const listed = trust?.anchors?.find((anchor) => anchor?.generation !== undefined)?.generation;
  return own?.signer ?? trust?.signer ?? listed ?? defaults.anchorGeneration;
}

export function trustDomainOf(
  cluster: Pick<Draft<ClusterSpec>, "trust">,
  trust: Draft<TrustSpec> | undefined,
): string {
  return cluster.trust?.domain ?? trust?.domain ?? defaults.trustDomain;
}

function planAnchor(spec: AnchorSpec): AnchorPlan {
  const { generation, keyFile } = spec;
  const certificate = pemLocation(spec);
  return certificate === undefined
    ? { type: "made", generation }
    : { type: "given", generation, certificate, keyFile };
}

function pemLocation({
  certificate,
  certificateFile,
}: Pick<AnchorSpec, "certificate" | "certificateFile">): PemLocation | undefined {
  if (certificate !== undefined) return { pem: certificate };
  return certificateFile === undefined ? undefined : { file: certificateFile };
}
