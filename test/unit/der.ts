/** Writes DER, as far as certificates for tests need it. */
export function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

export const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts);
export const set = (...parts: Buffer[]) => tagged(0x31, ...parts);
export const octets = (part: Buffer) => tagged(0x04, part);
export const oid = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
export const integer = (value: number) => tagged(0x02, Buffer.from([value]));
export const yes = tagged(0x01, Buffer.from([0xff]));
export const bits = (...bytes: number[]) => tagged(0x03, Buffer.from(bytes));

export function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return tagged(0x18, Buffer.from(`${text}Z`));
}

/** A name that has a common name and nothing else. */
export function commonName(text: string): Buffer {
  return sequence(set(sequence(oid("550403"), tagged(0x0c, Buffer.from(text)))));
}

export function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
