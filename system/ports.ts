import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** A port of this machine to listen on. */
export interface HostPort {
  /** `TCP`, `UDP` or `SCTP`. */
  readonly protocol: string;
  readonly hostPort: number;
  /** IPv4 or IPv6. */
  readonly listenAddress: string;
}

/**
 * Opens a port for a moment.
 *
 * @returns the system's code for why it can't be opened, such as `EADDRINUSE`; undefined if it can be opened,
 *   and for SCTP, which Node.js doesn't support
 */
export function whyClosed({
  protocol,
  hostPort: port,
  listenAddress,
}: HostPort): Promise<string | undefined> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
    if (protocol === "TCP") {
      const server = createServer().once("error", fail);
      server.listen({ port, host: listenAddress, exclusive: true }, () => {
        server.close(() => resolve(undefined));
      });
    } else if (protocol === "UDP") {
      const socket = createSocket(listenAddress.includes(":") ? "udp6" : "udp4");
      socket.once("error", (error) => {
        socket.close();
        fail(error);
      });
      socket.bind({ port, address: listenAddress, exclusive: true }, () => {
        socket.close(() => resolve(undefined));
      });
    } else resolve(undefined);
  });
}
