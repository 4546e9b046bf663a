import jspb from "google-protobuf";
import ipaddr from "ipaddr.js";

/** An endpoint as linkerd-destination tells it to a proxy. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** TLS identity that the proxy must find there. Undefined: traffic goes there unencrypted. */
  readonly identity: string | undefined;
}

export interface Update {
  readonly added: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
  /** The Service has no endpoint left. */
  readonly emptied: boolean;
}

/** `address:port`. */
export function endpointKey({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

// The messages are those of destination.proto of linkerd2-proxy-api. Fields that aren't named here are
// skipped.

/** Encodes a `GetDestination`. */
export function writeRequest(authority: string): Uint8Array {
  const writer = new jspb.BinaryWriter();
  writer.writeString(1, "k8s");
  writer.writeString(2, authority);
  return writer.getResultBuffer();
}

/** Decodes an `Update`. */
export function readUpdate(message: Uint8Array): Update {
  const added: Endpoint[] = [];
  const removed: Endpoint[] = [];
  let emptied = false;
  fields(message, (field, reader) => {
    if (field === 1) {
      fields(bytes(reader), (inner, set) => {
        if (inner === 1) added.push(readWeighted(bytes(set)));
        else set.skipField();
      });
    } else if (field === 2) {
      fields(bytes(reader), (inner, set) => {
        if (inner === 1) removed.push({ ...readTcpAddress(bytes(set)), identity: undefined });
        else set.skipField();
      });
    } else {
      emptied ||= field === 3;
      reader.skipField();
    }
  });
  return { added, removed, emptied };
}

function readWeighted(message: Uint8Array): Endpoint {
  let where = { address: "", port: 0 };
  let identity: string | undefined;
  fields(message, (field, reader) => {
    if (field === 1) where = readTcpAddress(bytes(reader));
    else if (field === 5) identity = readIdentity(bytes(reader)) ?? identity;
    else reader.skipField();
  });
  return { ...where, identity };
}

function readTcpAddress(message: Uint8Array): { readonly address: string; readonly port: number } {
  let [address, port] = ["", 0];
  fields(message, (field, reader) => {
    if (field === 1) address = readIp(bytes(reader));
    else if (field === 2) port = reader.readUint32();
    else reader.skipField();
  });
  return { address, port };
}

function readIp(message: Uint8Array): string {
  let address = "";
  fields(message, (field, reader) => {
    if (field === 1) address = ipaddr.fromByteArray(split(reader.readFixed32(), 4)).toString();
    else if (field === 2) address = readIpv6(bytes(reader));
    else reader.skipField();
  });
  return address;
}

function readIpv6(message: Uint8Array): string {
  const halves = ["0".repeat(16), "0".repeat(16)];
  fields(message, (field, reader) => {
    if (field === 1 || field === 2) {
      halves[field - 1] = BigInt(reader.readFixed64String()).toString(16).padStart(16, "0");
    } else reader.skipField();
  });
  return ipaddr.fromByteArray([...Buffer.from(halves.join(""), "hex")]).toString();
}

/** Decodes a `TlsIdentity` that names a service account. */
function readIdentity(message: Uint8Array): string | undefined {
  let name: string | undefined;
  fields(message, (field, reader) => {
    if (field !== 1) {
      reader.skipField();
      return;
    }
    fields(bytes(reader), (inner, identity) => {
      if (inner === 1) name = identity.readString();
      else identity.skipField();
    });
  });
  return name;
}

function split(number: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => (number >>> (8 * (size - 1 - index))) & 0xff);
}

function bytes(reader: jspb.BinaryReader): Uint8Array {
  return reader.readBytes();
}

function fields(
  message: Uint8Array,
  read: (field: number, reader: jspb.BinaryReader) => void,
): void {
  const reader = new jspb.BinaryReader(message);
  while (reader.nextField() && !reader.isEndGroup()) read(reader.getFieldNumber(), reader);
}
