import * as z from "zod";
import type { IssuerArgs } from "../../components/issuer.ts";
import type { TrustAnchor, TrustAnchorArgs } from "../../components/trust-anchor.ts";
import { defaults } from "../../planning/defaults.ts";
import { trustSchema } from "../../planning/trust/schema.ts";
import { output, reference, type ResourceSchema } from "../../providers/server/index.ts";
import { secretText, text, token, told } from "./parts.ts";

const { domain, anchorLifetimeHours, anchorEarlyRenewalHours } = trustSchema.shape;

export const trustDomain = told(
  domain,
  `Trust domain of the mesh, with which every identity ends. Default: \`${defaults.trustDomain}\`.`,
);

const earlyRenewalHours = told(
  anchorEarlyRenewalHours,
  `An update within this many hours before the end recreates the certificate. Default: ${defaults.earlyRenewalHours}.`,
);

/** A certificate of one's own with its key. */
export const keyPair = (title: string) =>
  z
    .strictObject({
      certificatePem: output(text("The certificate, PEM.")),
      privateKeyPem: output(secretText("Its key, PEM. Give a secret.")),
    })
    .meta({ title });

export const trustAnchorSchema = {
  description:
    "The root of trust of a mesh: a self-signed certificate authority (ECDSA P-256) that signs every cluster's issuer. " +
    "Its key stays in Pulumi's state, encrypted.",
  inputs: {
    trustDomain,
    lifetimeHours: told(
      anchorLifetimeHours,
      `How many hours the certificate is valid. Default: ${defaults.anchorLifetimeHours} (ten years).`,
    ),
    earlyRenewalHours,
  } satisfies Record<keyof TrustAnchorArgs, z.ZodType>,
  outputs: {
    certificatePem: text("The certificate, PEM."),
    privateKeyPem: secretText("Its key, PEM. It signs issuers, and belongs into no cluster."),
    fingerprint: text("SHA-256 of the certificate, as `AB:CD:...`."),
    expiry: text("When the certificate expires, RFC 3339."),
  },
} satisfies ResourceSchema;

export const issuerSchema = {
  description:
    "The intermediate certificate authority (ECDSA P-256) with which one cluster's identity controller signs the " +
    "certificates of workloads. Give each cluster its own.",
  inputs: {
    trustAnchor: reference<TrustAnchor>(
      "The signer. Either this or `trustAnchorKeyPair`.",
      token("TrustAnchor"),
    ).exactOptional(),
    trustAnchorKeyPair: keyPair("TrustAnchorKeyPair")
      .meta({
        title: "TrustAnchorKeyPair",
        description: "The signer, of your own. Either this or `trustAnchor`.",
      })
      .exactOptional(),
    trustDomain,
    lifetimeHours: told(
      trustSchema.shape.issuerLifetimeHours,
      `How many hours the certificate is valid. Default: ${defaults.issuerLifetimeHours} (one year).`,
    ),
    earlyRenewalHours,
    rotation: output(
      text(
        "Any text. Another text recreates the key, and with it the certificate. Renewal alone keeps the key.",
      ),
    ).exactOptional(),
  } satisfies Record<keyof IssuerArgs | "trustAnchorKeyPair", z.ZodType>,
  outputs: {
    certificatePem: text("The certificate, PEM."),
    privateKeyPem: secretText("Its key, PEM."),
    expiry: text("When the certificate expires, RFC 3339."),
  },
} satisfies ResourceSchema;
