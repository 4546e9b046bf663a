import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { checkAnchor, checkIssuer, checkPair } from "../planning/trust/certificates/check.ts";
import type { ProblemText } from "../planning/topology/problem.ts";
import { readCertificates, readPrivateKey } from "../planning/trust/certificates/pem.ts";
import { validTo } from "../planning/trust/certificates/validity.ts";
import type { IssuerKeyPair } from "./issuer.ts";
import type { TrustAnchorKeyPair, TrustedAnchor } from "./trust-anchor.ts";

/** A certificate that the user provides. */
export interface GivenCertificate {
  /** PEM. */
  readonly certificatePem: pulumi.Input<string>;
}

/** A certificate that the user provides, with its key. */
export interface GivenKeyPair extends GivenCertificate {
  /** PEM. It is kept as a secret. */
  readonly privateKeyPem: pulumi.Input<string>;
}

/**
 * Uses a trust anchor of your own. Without its key, clusters can trust it, but you must provide the issuers
 * too.
 *
 * @throws pulumi.RunError with everything that is wrong with it: at once for plain text, otherwise as soon as
 *   the text is known
 *
 * @example
 * ```ts
 * const anchor = givenTrustAnchor({
 *   certificatePem: readFileSync("root.crt", "utf8"),
 *   privateKeyPem: config.requireSecret("rootKey"),
 * });
 * const west = new Issuer("west", { trustAnchor: anchor });
 * ```
 */
export function givenTrustAnchor(args: GivenKeyPair): TrustAnchorKeyPair & TrustedAnchor;
export function givenTrustAnchor(args: GivenCertificate): TrustedAnchor;
export function givenTrustAnchor(args: GivenCertificate & Partial<GivenKeyPair>): TrustedAnchor {
  const checked = check("the trust anchor", args, (certificates) =>
    checkAnchor(certificates, new Date()),
  );
  const certificate = checked.certificatePem.apply((pem) => new X509Certificate(pem));
  return {
    ...checked,
    fingerprint: certificate.apply(({ fingerprint256 }) => fingerprint256),
    expiry: certificate.apply((read) => validTo(read).toISOString()),
  };
}

/**
 * Uses an issuer of your own for a cluster. Its PEM may continue with the authorities between it and the
 * trust anchor. Whoever provides it, or the topology, must make sure that an anchor of the mesh signed it.
 *
 * @throws pulumi.RunError as {@link givenTrustAnchor} does
 */
export function givenIssuer(args: GivenKeyPair): IssuerKeyPair {
  const { certificatePem, privateKeyPem } = check("the issuer", args, (certificates) =>
    checkIssuer(certificates, [], new Date()),
  );
  return { certificatePem, privateKeyPem: privateKeyPem ?? never() };
}

function check(
  what: string,
  { certificatePem, privateKeyPem }: GivenCertificate & Partial<GivenKeyPair>,
  rules: (certificates: readonly X509Certificate[]) => Iterable<ProblemText>,
): {
  readonly certificatePem: pulumi.Output<string>;
  readonly privateKeyPem?: pulumi.Output<string>;
} {
  const examine = (certificate: string, key: string | undefined): void => {
    const read = readCertificates(certificate);
    const problems = [...read.problems, ...rules(read.certificates)];
    if (key !== undefined) {
      const { key: opened, problems: keyProblems } = readPrivateKey(key);
      const [first] = read.certificates;
      problems.push(...keyProblems, ...(opened && first ? checkPair(first, opened) : []));
    }
    if (problems.length === 0) return;
    const lines = problems.map(({ message, fix }) => `\n  ${message} (${fix})`);
    throw new pulumi.RunError(`${what} can't be used:${lines.join("")}`);
  };
  if (typeof certificatePem === "string" && typeof privateKeyPem !== "object") {
    examine(certificatePem, privateKeyPem);
  }
  const both = pulumi.all([certificatePem, privateKeyPem]).apply(([certificate, key]) => {
    examine(certificate, key);
    return { certificate, key };
  });
  const certificate = pulumi.unsecret(both.apply((pair) => pair.certificate));
  if (privateKeyPem === undefined) return { certificatePem: certificate };
  return {
    certificatePem: certificate,
    privateKeyPem: pulumi.secret(both.apply((pair) => pair.key ?? never())),
  };
}

function never(): never {
  throw new Error("a key that was given is not there");
}
