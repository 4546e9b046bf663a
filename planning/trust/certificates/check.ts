import type { KeyObject, X509Certificate } from "node:crypto";
import { detailsOf } from "./details.ts";
import type { ProblemText } from "../../topology/problem.ts";
import { validFrom, validTo } from "./validity.ts";

/** What is wrong with a certificate as a trust anchor. It is the only one of its generation. */
export function* checkAnchor(
  certificates: readonly X509Certificate[],
  now: Date,
): Iterable<ProblemText> {
  const [anchor] = certificates;
  if (anchor === undefined) return;
  if (certificates.length > 1) {
    yield {
      message: `holds ${certificates.length} certificates, but a generation has one`,
      fix: "list each of them as its own generation",
    };
    return;
  }
  yield* checkAuthority(anchor, "a trust anchor", now);
  // linkerd2, pkg/issuercerts: CheckTrustAnchorAlgoRequirements
  if (!isP256(anchor) && !isRsa(anchor, [2048, 4096])) {
    yield {
      message: `has a key of ${keyOf(anchor)}; Linkerd takes ECDSA P-256, or RSA of 2048 or 4096 bits, for a trust anchor`,
      fix: "create it with one of these keys",
    };
  }
  yield* checkSignature(anchor);
  const { pathLength } = detailsOf(anchor);
  if (pathLength === 0) {
    yield {
      message:
        "has path length 0, which allows no issuer between it and the workloads' certificates",
      fix: "create it with a path length of at least 1, or without one",
    };
  }
}

/**
 * What is wrong with a cluster's issuer.
 *
 * @param chain the issuer, then the authorities between it and a trust anchor
 * @param anchors of every generation, as far as they could be read
 */
export function* checkIssuer(
  chain: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: Date,
): Iterable<ProblemText> {
  const [issuer] = chain;
  if (issuer === undefined) return;
  yield* checkAuthority(issuer, "an issuer", now);
  // linkerd2, pkg/issuercerts: CheckIssuerCertAlgoRequirements
  if (!isP256(issuer)) {
    yield {
      message: `has a key of ${keyOf(issuer)}; linkerd-identity takes issuers with ECDSA P-256 only`,
      fix: "create it with an ECDSA P-256 key; the trust anchor above it may be RSA",
    };
  }
  yield* checkSignature(issuer);
  for (const [index, between] of chain.slice(1).entries()) {
    for (const { message, fix } of checkAuthority(between, "an authority", now)) {
      yield { message: `its ${nth(index + 2)} certificate ${message}`, fix };
    }
  }
  yield* checkChain(chain, anchors);
}

/** Whether a key belongs to a certificate. */
export function* checkPair(certificate: X509Certificate, key: KeyObject): Iterable<ProblemText> {
  if (certificate.checkPrivateKey(key)) return;
  yield {
    message: `is not the key of the certificate ${named(certificate)}`,
    fix: "name the key that this certificate was created for, or the certificate of this key",
  };
}

function* checkAuthority(
  certificate: X509Certificate,
  role: string,
  now: Date,
): Iterable<ProblemText> {
  const { isAuthority, maySign } = detailsOf(certificate);
  if (!isAuthority) {
    yield {
      message: `is not marked as an authority (basic constraints, CA), which ${role} has to be`,
      fix: "create it with CA:TRUE",
    };
  } else if (!maySign) {
    yield {
      message: "is not allowed to sign certificates by its key usage",
      fix: "create it with the key usage keyCertSign",
    };
  }
  if (validFrom(certificate) > now) {
    yield {
      message: `is not valid before ${validFrom(certificate).toISOString()}`,
      fix: "wait until then, or check this machine's clock",
    };
  }
  if (validTo(certificate) <= now) {
    yield {
      message: `expired at ${validTo(certificate).toISOString()}`,
      fix: "use one that is valid",
    };
  }
}

function* checkSignature(certificate: X509Certificate): Iterable<ProblemText> {
  if (detailsOf(certificate).signatureAlgorithm !== "other") return;
  yield {
    message: "is signed by an algorithm that Linkerd doesn't take",
    fix: "sign it with ECDSA and SHA-256, or RSA and SHA-256",
  };
}

/**
 * Checks that the next certificate signed each one, that an anchor signed the last one, and that none is too
 * far down.
 */
function* checkChain(
  given: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): Iterable<ProblemText> {
  // Some people write the anchor below its issuer.
  const isAnchor = (certificate: X509Certificate) =>
    anchors.some((anchor) => anchor.raw.equals(certificate.raw));
  const chain = given.filter((certificate, index) => index === 0 || !isAnchor(certificate));
  for (const [index, certificate] of chain.slice(0, -1).entries()) {
    const above = chain[index + 1];
    if (above === undefined || isSignedBy(certificate, above)) continue;
    yield {
      message: `its ${nth(index + 1)} certificate, ${named(certificate)}, was not signed by the next, ${named(above)}`,
      fix: "put the issuer first, then the certificate that signed it, and so on",
    };
    return;
  }
  const last = chain.at(-1);
  const anchor = last && anchors.find((one) => isSignedBy(last, one));
  if (last !== undefined && anchor === undefined) {
    if (anchors.length === 0) return;
    yield {
      message:
        `no trust anchor signed ${named(last)}: it says ${show(last.issuer)}, and the anchors are ` +
        anchors.map(named).join(", "),
      fix: "use an issuer that one of trust.anchors signed, or add its anchor there",
    };
    return;
  }
  for (const [below, authority] of [...chain.slice(1), ...(anchor ? [anchor] : [])].entries()) {
    const { pathLength } = detailsOf(authority);
    if (pathLength === undefined || pathLength > below) continue;
    // An anchor's path length of 0 is reported where the anchor is given.
    if (authority === anchor && pathLength === 0) continue;
    yield {
      message: `${named(authority)} has path length ${pathLength}, but this chain needs ${below + 1}`,
      fix: `create it with a path length of at least ${below + 1}`,
    };
  }
}

/**
 * Whether one certificate was signed with the key of the other, even if that key has another certificate now.
 */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isP256({ publicKey }: X509Certificate): boolean {
  return (
    publicKey.asymmetricKeyType === "ec" &&
    publicKey.asymmetricKeyDetails?.namedCurve === "prime256v1"
  );
}

function isRsa({ publicKey }: X509Certificate, lengths: readonly number[]): boolean {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  return publicKey.asymmetricKeyType === "rsa" && bits !== undefined && lengths.includes(bits);
}

function keyOf({ publicKey }: X509Certificate): string {
  const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  const type = publicKey.asymmetricKeyType ?? "an unknown type";
  return `type ${type}${namedCurve === undefined ? "" : ` on curve ${namedCurve}`}${
    modulusLength === undefined ? "" : ` with ${modulusLength} bits`
  }`;
}

/** The subject and the beginning of its SHA-256: enough to find it, short enough for a line. */
function named(certificate: X509Certificate): string {
  return `${show(certificate.subject)} (SHA-256 ${certificate.fingerprint256.slice(0, 23)}…)`;
}

function show(name: string | undefined): string {
  return name === undefined || name === "" ? "nobody" : name.replaceAll("\n", ", ");
}

function nth(number: number): string {
  return ["first", "second", "third"][number - 1] ?? `${number}th`;
}
