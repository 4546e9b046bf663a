import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { PortMapping } from "./cluster-inputs.ts";

/** Port mappings whose port of the host somebody listens on. */
export async function takenPorts(mappings: readonly PortMapping[]) {
  const results = await Promise.all(
    mappings.map(async (mapping, index) => ({ index, mapping, taken: await isTaken(mapping) })),
  );
  return results.filter(({ taken }) => taken);
}

function isTaken({ protocol, hostPort, listenAddress }: PortMapping): Promise<boolean> {
  if (protocol === "TCP") {
    return new Promise((resolve) => {
      const server = createServer();
      server.on("error", (error) => {
        resolve(isInUse(error));
      });
      server.listen(hostPort, listenAddress, () => server.close(() => resolve(false)));
    });
  }
  if (protocol === "UDP") {
    return new Promise((resolve) => {
      const socket = createSocket(listenAddress.includes(":") ? "udp6" : "udp4");
      socket.on("error", (error) => {
        resolve(isInUse(error));
      });
      socket.bind(hostPort, listenAddress, () => socket.close(() => resolve(false)));
    });
  }
  return Promise.resolve(false); // Node.js speaks no SCTP; Docker will tell.
}

/** A port below 1024 that this user may not open is one for Docker to judge. */
function isInUse(error: NodeJS.ErrnoException): boolean {
  return error.code === "EADDRINUSE";
}
