import type { X509Certificate } from "node:crypto";

/** What decides whether a certificate can sign others, and which Node's own reader doesn't tell. */
export interface CertificateDetails {
  /** It says that it is an authority (basic constraints, CA). */
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and a workload's certificate; undefined: any number. */
  readonly pathLength: number | undefined;
  /** False where it lists what its key is for, and signing certificates isn't among it. */
  readonly maySign: boolean;
  readonly signatureAlgorithm: "ecdsa-sha256" | "rsa-sha256" | "other";
}

/** Reads what is needed of RFC 5280's `Certificate`: its extensions and its signature algorithm. */
export function detailsOf(certificate: X509Certificate): CertificateDetails {
  const [whole] = elements(certificate.raw);
  const [signed, algorithm] = elements(whole?.content);
  const extensions = extensionsOf(signed);
  const constraints = elements(elements(extensions.get(basicConstraints))[0]?.content);
  const usage = elements(extensions.get(keyUsage))[0]?.content;
  return {
    isAuthority: constraints.some(({ tag, content }) => tag === tags.boolean && content[0] !== 0),
    pathLength: integerOf(constraints.find(({ tag }) => tag === tags.integer)?.content),
    // A bit string: how many bits are unused, then the bits, the first one highest.
    maySign: usage === undefined || ((usage[1] ?? 0) & certificateSigning) !== 0,
    signatureAlgorithm: algorithms[hex(elements(algorithm?.content)[0]?.content)] ?? "other",
  };
}

const tags = { boolean: 0x01, integer: 0x02, octets: 0x04, extensions: 0xa3 } as const;
const basicConstraints = "551d13";
const keyUsage = "551d0f";
const certificateSigning = 0x04;

const algorithms: Readonly<Record<string, CertificateDetails["signatureAlgorithm"]>> = {
  "2a8648ce3d040302": "ecdsa-sha256",
  "2a864886f70d01010b": "rsa-sha256",
};

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Values of a certificate's extensions, by object identifier. */
function extensionsOf(signed: Element | undefined): ReadonlyMap<string, Buffer> {
  const field = elements(signed?.content).find(({ tag }) => tag === tags.extensions);
  const list = elements(elements(field?.content)[0]?.content);
  return new Map(
    list.map(({ content }) => {
      const parts = elements(content);
      const value = parts.find(({ tag }) => tag === tags.octets)?.content ?? Buffer.alloc(0);
      return [hex(parts[0]?.content), value];
    }),
  );
}

/** What stands one after the other in DER; of what is cut short, what can be read. */
function elements(bytes: Buffer = Buffer.alloc(0)): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 1 < bytes.length;) {
    const first = bytes[at + 1] ?? 0;
    const more = first < 0x80 ? 0 : first & 0x7f;
    if (more > 4) break;
    const start = at + 2 + more;
    const length =
      more === 0 ? first : bytes.subarray(at + 2, start).reduce((a, b) => a * 256 + b, 0);
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function integerOf(bytes: Buffer | undefined): number | undefined {
  return bytes?.reduce((a, b) => a * 256 + b, 0);
}

function hex(bytes: Buffer | undefined): string {
  return bytes?.toString("hex") ?? "";
}
