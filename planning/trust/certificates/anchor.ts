import { createHash, type X509Certificate } from "node:crypto";

/** A trust anchor, with what messages show and what identifies it. */
export interface Anchor {
  /**
   * Hash of its name and public key, because that is what proxies look at: a renewed certificate with the
   * same key is the same anchor.
   */
  readonly id: string;
  readonly subject: string;
  /** SHA-256 of the certificate, as `AB:CD:...`. */
  readonly fingerprint: string;
}

export function anchorOf(certificate: X509Certificate): Anchor {
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return {
    id: createHash("sha256").update(certificate.subject).update(key).digest("hex").slice(0, 16),
    subject: certificate.subject.replaceAll("\n", ", "),
    fingerprint: certificate.fingerprint256,
  };
}

/** `CN=root.linkerd.cluster.local (SHA-256 AB:CD:…)` */
export function describeAnchor({ subject, fingerprint }: Anchor): string {
  return `${subject} (SHA-256 ${fingerprint})`;
}
