import type { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";

/** What decides whether a certificate can sign others, and what Node.js doesn't read. */
export interface CertificateDetails {
  /** It says that it is an authority (basic constraints, CA). */
  readonly isAuthority: boolean;
  /** How many authorities may be between it and a workload's certificate. Undefined: any number. */
  readonly pathLength: number | undefined;
  /** False if it lists the uses of its key without signing certificates. */
  readonly maySign: boolean;
  readonly signatureAlgorithm: "ecdsa-sha256" | "rsa-sha256" | "other";
}

const algorithms: Readonly<Record<string, CertificateDetails["signatureAlgorithm"]>> = {
  "1.2.840.10045.4.3.2": "ecdsa-sha256",
  "1.2.840.113549.1.1.11": "rsa-sha256",
};

/**
 * Reads the extensions and the signature algorithm of RFC 5280's `Certificate`.
 *
 * @throws Error if an extension is malformed
 */
export function detailsOf(certificate: X509Certificate): CertificateDetails {
  const { AsnConvert, asn } = library();
  const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(certificate.raw, asn.Certificate);
  const valueOf = (id: string) =>
    tbsCertificate.extensions?.find(({ extnID }) => extnID === id)?.extnValue;
  const constraints = valueOf(asn.id_ce_basicConstraints);
  const usage = valueOf(asn.id_ce_keyUsage);
  const { cA, pathLenConstraint } =
    constraints === undefined
      ? { cA: false, pathLenConstraint: undefined }
      : AsnConvert.parse(constraints, asn.BasicConstraints);
  return {
    isAuthority: cA,
    pathLength: pathLenConstraint,
    maySign:
      usage === undefined ||
      (AsnConvert.parse(usage, asn.KeyUsage).toNumber() & asn.KeyUsageFlags.keyCertSign) !== 0,
    signatureAlgorithm: algorithms[signatureAlgorithm.algorithm] ?? "other",
  };
}

/**
 * Loaded only for a given certificate: few topologies have one, and it takes as long as half of the planner.
 */
function library() {
  const require = createRequire(import.meta.url);
  const { AsnConvert } = require("@peculiar/asn1-schema") as typeof import("@peculiar/asn1-schema");
  return {
    AsnConvert,
    asn: require("@peculiar/asn1-x509") as typeof import("@peculiar/asn1-x509"),
  };
}
