import type { X509Certificate } from "node:crypto";

/**
 * When a certificate becomes valid. Node.js returns it as a `Date` only since 22.10. Before that it is
 * OpenSSL's text, `Nov 21 15:04:05 2026 GMT`.
 */
export function validFrom(certificate: X509Certificate): Date {
  return new Date(certificate.validFrom);
}

export function validTo(certificate: X509Certificate): Date {
  return new Date(certificate.validTo);
}
