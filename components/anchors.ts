import * as pulumi from "@pulumi/pulumi";
import type { AnchorPlan, PemLocation, TrustPlan } from "../planning/plan-types.ts";
import { anchorName } from "../planning/names.ts";
import { givenTrustAnchor } from "./given-certificates.ts";
import { readProgramFile } from "./program-context.ts";
import { TrustAnchor, type TrustAnchorKeyPair, type TrustedAnchor } from "./trust-anchor.ts";

/** One generation of a mesh's trust anchor. */
export interface AnchorGeneration {
  readonly generation: number;
  readonly anchor: TrustedAnchor;
  /** Undefined if only its certificate was given. */
  readonly keyPair: TrustAnchorKeyPair | undefined;
}

/** The generations of a topology's trust anchor, oldest first. */
export function makeAnchors(
  name: string,
  trust: TrustPlan,
  child: pulumi.ComponentResourceOptions,
): readonly AnchorGeneration[] {
  return trust.anchors.map((plan) => ({
    generation: plan.generation,
    ...(plan.type === "made" ? made(name, plan.generation, trust, child) : given(plan)),
  }));
}

/** PEM of all certificates that the clusters trust. */
export function bundleOf(anchors: readonly AnchorGeneration[]): pulumi.Output<string> {
  const pems = anchors.map(({ anchor }) => anchor.certificatePem);
  const [first] = pems;
  if (pems.length === 1 && first !== undefined) return first;
  return pulumi.all(pems).apply((texts) => texts.map((text) => `${text.trim()}\n`).join(""));
}

/** Text of a certificate that the topology names. */
export function readPem(location: PemLocation): string {
  return "pem" in location ? location.pem : readProgramFile(location.file);
}

function made(
  name: string,
  generation: number,
  trust: TrustPlan,
  child: pulumi.ComponentResourceOptions,
): Pick<AnchorGeneration, "anchor" | "keyPair"> {
  const anchor = new TrustAnchor(
    anchorName(name, generation),
    {
      trustDomain: trust.domain,
      lifetimeHours: trust.anchorLifetimeHours,
      earlyRenewalHours: trust.anchorEarlyRenewalHours,
    },
    child,
  );
  return { anchor, keyPair: anchor };
}

function given(
  plan: AnchorPlan & { readonly type: "given" },
): Pick<AnchorGeneration, "anchor" | "keyPair"> {
  const certificatePem = readPem(plan.certificate);
  if (plan.keyFile === undefined) {
    return { anchor: givenTrustAnchor({ certificatePem }), keyPair: undefined };
  }
  const keyPair = givenTrustAnchor({
    certificatePem,
    privateKeyPem: readProgramFile(plan.keyFile),
  });
  return { anchor: keyPair, keyPair };
}
