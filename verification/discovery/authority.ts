import { createHash, X509Certificate } from "node:crypto";

/** SHA-256 of the first certificate of a PEM text. */
export function authorityOf(pem: string | undefined): string | undefined {
  const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(pem ?? "")?.[0];
  if (block === undefined) return undefined;
  try {
    return new X509Certificate(block).fingerprint256;
  } catch {
    // It only serves to compare.
    return createHash("sha256").update(block.replaceAll(/\s/g, "")).digest("hex");
  }
}
