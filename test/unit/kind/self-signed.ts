import { generateKeyPairSync, sign } from "node:crypto";

/**
 * A certificate for 127.0.0.1 that is its own authority, made on the spot: no key lies in the
 * repository, and no openssl has to be on the machine.
 */
export function selfSigned(): { certificate: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
  const name = sequence(set(sequence(oid("550403"), tagged(0x0c, Buffer.from("test")))));
  const day = 24 * 3600 * 1000;
  const validity = sequence(time(Date.now() - day), time(Date.now() + day));
  const isAuthority = sequence(oid("551d13"), octets(sequence(tagged(0x01, Buffer.from([0xff])))));
  const address = sequence(
    oid("551d11"),
    octets(sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])))),
  );
  const content = sequence(
    tagged(0xa0, integer(2)), // version 3
    integer(1),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(isAuthority, address)),
  );
  const signature = sign("sha256", content, privateKey);
  const der = sequence(
    content,
    ecdsaWithSha256,
    tagged(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts);
const set = (...parts: Buffer[]) => tagged(0x31, ...parts);
const octets = (part: Buffer) => tagged(0x04, part);
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
const integer = (value: number) => tagged(0x02, Buffer.from([value]));

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return tagged(0x18, Buffer.from(`${text}Z`));
}
