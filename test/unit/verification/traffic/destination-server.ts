import jspb from "google-protobuf";
import ipaddr from "ipaddr.js";
import type { Endpoint } from "../../../../verification/traffic/destination-messages.ts";

/** An `Update` of linkerd2-proxy-api that adds endpoints. */
export function updateOf(endpoints: readonly Endpoint[]): Uint8Array {
  return message((update) => {
    update.writeBytes(
      1,
      message((set) => {
        for (const endpoint of endpoints) set.writeBytes(1, weighted(endpoint));
      }),
    );
  });
}

/** A message of gRPC. */
export function frame(content: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

function weighted({ address, port, identity }: Endpoint): Uint8Array {
  const bytes = ipaddr.parse(address).toByteArray();
  const ip = message((writer) => {
    if (bytes.length === 4) writer.writeFixed32(1, Buffer.from(bytes).readUInt32BE());
    else
      writer.writeBytes(
        2,
        message((halves) => {
          halves.writeFixed64String(1, Buffer.from(bytes).readBigUInt64BE().toString());
          halves.writeFixed64String(2, Buffer.from(bytes).readBigUInt64BE(8).toString());
        }),
      );
  });
  return message((writer) => {
    writer.writeBytes(
      1,
      message((tcp) => {
        tcp.writeBytes(1, ip);
        tcp.writeUint32(2, port);
      }),
    );
    writer.writeUint32(3, 10_000);
    if (identity === undefined) return;
    const name = message((dns) => {
      dns.writeString(1, identity);
    });
    writer.writeBytes(
      5,
      message((tls) => {
        tls.writeBytes(1, name);
      }),
    );
  });
}

function message(write: (writer: jspb.BinaryWriter) => void): Uint8Array {
  const writer = new jspb.BinaryWriter();
  write(writer);
  return writer.getResultBuffer();
}
