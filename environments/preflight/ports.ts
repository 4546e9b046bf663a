import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { PreflightCheck } from "./check.ts";

/** Ports of this machine that lead to a node have to be free. */
export const checkPorts: PreflightCheck = async ({ missing }) => {
  const mappings = missing.flatMap((cluster) =>
    cluster.portMappings.map((mapping) => ({ cluster: cluster.name, ...mapping })),
  );
  const results = await Promise.all(
    mappings.map(async ({ cluster, hostPort, listenAddress, protocol }) => {
      if (protocol === "SCTP") return [];
      const code =
        protocol === "TCP"
          ? await tryTcp(hostPort, listenAddress)
          : await tryUdp(hostPort, listenAddress);
      return code === undefined
        ? []
        : [
            `cluster ${cluster}: ${protocol} port ${hostPort} of ${listenAddress} ` +
              `${reasons[code] ?? `can't be used (${code})`}: choose another hostPort in its ` +
              "portMappings, or stop what uses it",
          ];
    }),
  );
  return results.flat();
};

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "can't be opened, because this machine has no such address",
};

function tryTcp(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

function tryUdp(port: number, address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ port, address, exclusive: true }, () => {
      socket.close(() => {
        resolve(undefined);
      });
    });
  });
}
