import { linkerdNamespace } from "../../planning/names.ts";
import { X509Certificate } from "node:crypto";
import { isSignedBy } from "../../planning/trust/certificates/check.ts";
import { validFrom, validTo } from "../../planning/trust/certificates/validity.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { ConfigMap, KubernetesSecret } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../names.ts";

/** A certificate for display. */
export interface CertificateStatus {
  readonly subject: string;
  /** SHA-256, as `AB:CD:...`. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly notBefore: string;
  /** ISO 8601. */
  readonly expires: string;
}

/** The certificate that signs the proxies' certificates. */
export interface IssuerStatus extends CertificateStatus {
  /** One of the cluster's trust anchors signed it. */
  readonly chained: boolean;
  /** When that anchor expires, ISO 8601. The issuer's certificates are worthless afterwards. */
  readonly anchorExpires?: string | undefined;
}

export interface CertificateFacts {
  readonly trustAnchors: readonly CertificateStatus[];
  readonly issuer: IssuerStatus | undefined;
}

/** The certificates that a cluster's proxies trust, and their issuer's. */
export async function observeCertificates(api: KubernetesApi): Promise<CertificateFacts> {
  const [roots, issuer] = await Promise.all([
    getIfThere<ConfigMap>(
      api,
      corePath(linkerdNamespace, "configmaps", "linkerd-identity-trust-roots"),
    ),
    getIfThere<KubernetesSecret>(
      api,
      corePath(linkerdNamespace, "secrets", "linkerd-identity-issuer"),
    ),
  ]);
  const anchors = certificatesIn(roots?.data?.["ca-bundle.crt"] ?? "");
  // The Secret holds the key too; only the certificate is read. There are two schemes with different names.
  const encoded = issuer?.data?.["crt.pem"] ?? issuer?.data?.["tls.crt"] ?? "";
  const chain = certificatesIn(Buffer.from(encoded, "base64").toString("utf8"));
  const [signing] = chain;
  const last = chain.at(-1);
  // If several certificates are the same anchor (a renewed one beside the old), the last to expire counts.
  const expiries = anchors
    .filter(
      (anchor) => last !== undefined && (isSignedBy(last, anchor) || last.raw.equals(anchor.raw)),
    )
    .map((anchor) => validTo(anchor).toISOString())
    .sort();
  return {
    trustAnchors: anchors.map(describe),
    issuer:
      signing === undefined
        ? undefined
        : { ...describe(signing), chained: expiries.length > 0, anchorExpires: expiries.at(-1) },
  };
}

/** Every certificate of a PEM text, in order. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function describe(certificate: X509Certificate): CertificateStatus {
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    fingerprint: certificate.fingerprint256,
    notBefore: validFrom(certificate).toISOString(),
    expires: validTo(certificate).toISOString(),
  };
}
