import { X509Certificate } from "node:crypto";
import { isSignedBy } from "../../planning/certificates/check.ts";
import { validFrom, validTo } from "../../planning/certificates/validity.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { ConfigMap, KubernetesSecret } from "../kubernetes/objects.ts";
import { getIfThere } from "../kubernetes/optional.ts";
import { controlPlaneNamespace, corePath } from "../names.ts";
import type { CertificateStatus, IssuerStatus } from "../status.ts";

export interface CertificateFacts {
  readonly trustAnchors: readonly CertificateStatus[];
  readonly issuer: IssuerStatus | undefined;
}

/** The certificates that a cluster's proxies trust, and the one that signs theirs. */
export async function observeCertificates(api: KubernetesApi): Promise<CertificateFacts> {
  const [roots, issuer] = await Promise.all([
    getIfThere<ConfigMap>(
      api,
      corePath(controlPlaneNamespace, "configmaps", "linkerd-identity-trust-roots"),
    ),
    getIfThere<KubernetesSecret>(
      api,
      corePath(controlPlaneNamespace, "secrets", "linkerd-identity-issuer"),
    ),
  ]);
  const anchors = certificatesIn(roots?.data?.["ca-bundle.crt"] ?? "");
  // The Secret holds the key too; only the certificate is looked at. Two schemes, two names.
  const encoded = issuer?.data?.["crt.pem"] ?? issuer?.data?.["tls.crt"] ?? "";
  const chain = certificatesIn(Buffer.from(encoded, "base64").toString("utf8"));
  const [signing] = chain;
  const last = chain.at(-1);
  // Of several that are the same anchor (a renewed one beside the old) the last to end counts.
  const ends = anchors
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
        : { ...describe(signing), chained: ends.length > 0, anchorExpires: ends.at(-1) },
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
