import { generateKeyPairSync, sign } from "node:crypto";
import { commonName, integer, octets, oid, pem, sequence, tagged, time, yes } from "../der.ts";

/**
 * A certificate for 127.0.0.1 that is its own authority, made on the spot: no key lies in the
 * repository, and no openssl has to be on the machine.
 */
export function selfSigned(): { certificate: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
  const name = commonName("test");
  const day = 24 * 3600 * 1000;
  const validity = sequence(time(Date.now() - day), time(Date.now() + day));
  const isAuthority = sequence(oid("551d13"), octets(sequence(yes)));
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
  return {
    certificate: pem("CERTIFICATE", der),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
