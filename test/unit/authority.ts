import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { bits, commonName, integer, octets, oid, pem, sequence, tagged, time, yes } from "./der.ts";

/** An authority made for a test. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly key: string;
  readonly subject: string;
  readonly privateKey: KeyObject;
}

export interface AuthorityOptions {
  /** @default "root" */
  readonly subject?: string;
  /** Who signs it. @default itself */
  readonly signedBy?: Authority;
  /** @default "p256" */
  readonly key?: "p256" | "p384" | "rsa2048" | "rsa1024";
  /** An existing key pair instead of a new one. */
  readonly keyOf?: Authority;
  /** @default true */
  readonly isAuthority?: boolean;
  /** @default none */
  readonly pathLength?: number;
  /** Bits of the key usage's only byte; undefined: no key usage. @default certificates and lists (0x06) */
  readonly keyUsage?: number | undefined;
  /** Hours from now. @default -24 */
  readonly from?: number;
  /** Hours from now. @default 24 × 365 */
  readonly to?: number;
  /** @default "sha256" */
  readonly hash?: "sha256" | "sha384";
}

/** Creates a certificate at run time, so the repository contains no key and no test needs openssl. */
export function makeAuthority(options: AuthorityOptions = {}): Authority {
  const { subject = "root", signedBy, isAuthority = true, pathLength, hash = "sha256" } = options;
  const privateKey = options.keyOf?.privateKey ?? newKey(options.key ?? "p256");
  const keyUsage = "keyUsage" in options ? options.keyUsage : 0x06;
  const signer = signedBy?.privateKey ?? privateKey;
  const algorithm = algorithms[signer.asymmetricKeyType === "rsa" ? "rsa" : "ec"][hash];
  const constraints = sequence(
    ...(isAuthority ? [yes] : []),
    ...(pathLength === undefined ? [] : [integer(pathLength)]),
  );
  const extensions = [
    sequence(oid("551d13"), yes, octets(constraints)),
    ...(keyUsage === undefined ? [] : [sequence(oid("551d0f"), yes, octets(bits(1, keyUsage)))]),
  ];
  const { from = -24, to = 24 * 365 } = options;
  const hours = (count: number) => time(Date.now() + count * 3_600_000);
  const content = sequence(
    tagged(0xa0, integer(2)), // version 3
    integer(1 + Math.floor(Math.random() * 126)),
    algorithm,
    commonName(signedBy?.subject ?? subject),
    sequence(hours(from), hours(to)),
    commonName(subject),
    publicPart(privateKey),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign(hash, content, signer);
  const der = sequence(
    content,
    algorithm,
    tagged(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  return {
    certificate: pem("CERTIFICATE", der),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    subject,
    privateKey,
  };
}

const nothing = tagged(0x05);

const algorithms = {
  ec: {
    sha256: sequence(oid("2a8648ce3d040302")),
    sha384: sequence(oid("2a8648ce3d040303")),
  },
  rsa: {
    sha256: sequence(oid("2a864886f70d01010b"), nothing),
    sha384: sequence(oid("2a864886f70d01010c"), nothing),
  },
} as const;

function newKey(type: NonNullable<AuthorityOptions["key"]>): KeyObject {
  switch (type) {
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
    case "rsa2048":
      return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    case "rsa1024":
      return generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  }
}

function publicPart(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}
