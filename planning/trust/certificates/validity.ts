import type { X509Certificate } from "node:crypto";

/**
 * The moment from which a certificate is valid. Node.js has it as a `Date` from 22.10 on only; before it is
 * text as OpenSSL writes it, `Nov 21 15:04:05 2026 GMT`.
 */
export function validFrom(certificate: X509Certificate): Date {
  return new Date(certificate.validFrom);
}

/** The moment up to which a certificate is valid. */
export function validTo(certificate: X509Certificate): Date {
  return new Date(certificate.validTo);
}
