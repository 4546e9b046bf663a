import type { CertificateStatus } from "../../linkerd/trust/certificates.ts";

/** Why a certificate isn't valid at a time, as the text after its name. Undefined if it is valid. */
export function validity(certificate: CertificateStatus, now: Date): string | undefined {
  if (now < new Date(certificate.notBefore)) {
    return `is not valid before ${certificate.notBefore} (is the clock right?)`;
  }
  if (now >= new Date(certificate.expires)) return `expired at ${certificate.expires}`;
  return undefined;
}
