import net from "node:net";

/**
 * A SOCKS5 proxy without a password that leads to one port of this machine, whatever it is asked for.
 *
 * @param seen what it is asked for, as `host:port`: a name only where it has to look the name up itself
 */
export function socksProxy(port: () => number, seen: string[]): net.Server {
  return net.createServer((client) => {
    client.on("error", () => undefined);
    client.once("data", () => {
      client.write(Buffer.from([5, 0]));
      client.once("data", (request) => {
        seen.push(askedFor(request));
        const upstream = net.connect(port(), "127.0.0.1", () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          client.pipe(upstream).pipe(client);
        });
        client.on("error", () => upstream.destroy());
        client.on("close", () => upstream.destroy());
        upstream.on("error", () => client.destroy());
      });
    });
  });
}

/** Version, command, zero; then the kind of address, the address, and the port. */
function askedFor(request: Buffer): string {
  const isName = request[3] === 3;
  const end = isName ? 5 + (request[4] ?? 0) : 8;
  const host = isName ? request.toString("latin1", 5, end) : request.subarray(4, end).join(".");
  return `${host}:${String(request.readUInt16BE(end))}`;
}
