import { X509Certificate } from "node:crypto";
import { anchorOf } from "../certificates/anchor.ts";
import type { Plan } from "../../plan-types.ts";
import type { WantedTrust } from "./facts.ts";

/**
 * What a topology wants, with the actual certificates of its anchors.
 *
 * @param anchors generation → PEM
 * @param signers of {@link signersOf}
 */
export function wantedTrust(
  anchors: Readonly<Record<string, string>>,
  signers: WantedTrust["signers"],
): WantedTrust {
  const all = Object.entries(anchors).map(([generation, pem]) => ({
    generation: Number(generation),
    ...anchorOf(new X509Certificate(pem)),
  }));
  return { anchors: all.sort((a, b) => a.generation - b.generation), signers };
}

/** Cluster → generation that signs its issuer. Undefined if somebody else decides it. */
export function signersOf({ clusters }: Pick<Plan, "clusters">): WantedTrust["signers"] {
  return Object.fromEntries(
    clusters.map(({ name, issuer }) => [name, issuer.type === "made" ? issuer.signer : undefined]),
  );
}
