import { whyClosed } from "../../system/ports.ts";
import type { PreflightCheck } from "./check.ts";

/** Ports of this machine that lead to a node have to be free. */
export const checkPorts: PreflightCheck = async ({ missing }) => {
  const mappings = missing.flatMap((cluster) =>
    cluster.portMappings.map((mapping) => ({ cluster: cluster.name, ...mapping })),
  );
  const results = await Promise.all(
    mappings.map(async (mapping) => {
      const { cluster, hostPort, listenAddress, protocol } = mapping;
      const code = await whyClosed(mapping);
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
