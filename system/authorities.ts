import { readFileSync } from "node:fs";
import tls from "node:tls";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The certificate authorities that this machine trusts: Node.js' own, and those that its other programs go by.
 * Node.js alone ignores the system's store and SSL_CERT_FILE.
 *
 * @returns PEM, each with one or several certificates
 */
export function machineAuthorities(env: Env = process.env): string[] {
  const files = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"].map((name) => env[name]);
  const named = files.flatMap((file) => (file === undefined ? [] : read(file)));
  return [...new Set([...tls.rootCertificates, ...systemStore(), ...named])];
}

/** Node.js before 22.15 can't read the store. */
function systemStore(): readonly string[] {
  const { getCACertificates: certificates } = tls as Partial<typeof tls>;
  if (certificates !== undefined) return [...certificates("system"), ...certificates("extra")];
  for (const file of bundles) {
    const found = read(file);
    if (found.length > 0) return found;
  }
  return [];
}

/** Where distributions of Linux have all authorities in one file. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

function read(file: string): string[] {
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    // Whoever is asked then has an authority that is unknown, and the error says so.
    return [];
  }
}

/** Whether a connection failed because an authority signed the certificate that is not among the trusted ones. */
export function isUnknownAuthority(code: string | undefined): boolean {
  return code !== undefined && unknownAuthority.has(code);
}

const unknownAuthority: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);
