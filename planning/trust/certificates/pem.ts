import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { ProblemText } from "../../topology/problem.ts";
import { detailsOf } from "./details.ts";

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** The certificates in a PEM text, in order, or why they can't be used. No message repeats the text. */
export function readCertificates(pem: string): {
  readonly certificates: readonly X509Certificate[];
  readonly problems: readonly ProblemText[];
} {
  const blocks = [...pem.matchAll(block)];
  if (blocks.some(([, label]) => label?.includes("PRIVATE KEY"))) {
    return unusable(
      "contains a private key beside the certificate; certificates are not treated as secrets",
      "keep the key in its own file, and set keyFile",
    );
  }
  const texts = blocks.filter(([, label]) => label === "CERTIFICATE").map(([text]) => text);
  if (texts.length === 0) {
    const other = blocks[0]?.[1];
    return unusable(
      other === undefined
        ? "contains no certificate in PEM format"
        : `contains no certificate, but a ${other}`,
      'use a file with a line "-----BEGIN CERTIFICATE-----"',
    );
  }
  try {
    const certificates = texts.map((text) => new X509Certificate(text));
    // OpenSSL reads a certificate with a damaged extension, and drops the extension.
    for (const certificate of certificates) detailsOf(certificate);
    return { certificates, problems: [] };
  } catch {
    return unusable(
      "can't be read as a certificate: the PEM content is damaged",
      "use the certificate as it was issued",
    );
  }
}

function unusable(message: string, fix: string) {
  return { certificates: [], problems: [{ message, fix }] };
}

/** The private key in a PEM text, or why it can't be used. No message repeats the text. */
export function readPrivateKey(pem: string): {
  readonly key?: KeyObject;
  readonly problems: readonly ProblemText[];
} {
  const keys = [...pem.matchAll(block)].filter(([, label]) => label?.endsWith("PRIVATE KEY"));
  const [text, label] = keys[0] ?? [];
  if (text === undefined) {
    return noKey(
      "contains no private key in PEM format",
      "use a file with a line BEGIN … PRIVATE KEY",
    );
  }
  if (keys.length > 1) {
    return noKey(`contains ${keys.length} private keys`, "keep only the key of the certificate");
  }
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return noKey(
      "is encrypted with a passphrase, which can't be entered here",
      "decrypt it, such as with `openssl pkey`, into a file that only you can read",
    );
  }
  try {
    return { key: createPrivateKey(text), problems: [] };
  } catch {
    return noKey(
      "can't be read as a private key",
      "write it as PKCS#8 (PRIVATE KEY) or SEC 1 (EC PRIVATE KEY)",
    );
  }
}

function noKey(message: string, fix: string) {
  return { problems: [{ message, fix }] };
}
