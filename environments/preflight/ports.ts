import { defaults } from "../../planning/defaults.ts";
import type { KindClusterPlan } from "../../planning/plan-types.ts";
import { isLocalDocker } from "../../system/docker-endpoint.ts";
import { type HostPort, whyClosed } from "../../system/ports.ts";
import type { PreflightCheck } from "./check.ts";

/** Ports of this machine that lead to a node must be free. Another machine can't be inspected. */
export const checkPorts: PreflightCheck = async ({ missing, env }) => {
  const wanted = missing.flatMap((cluster) =>
    portsOf(cluster).map((port) => ({ cluster: cluster.name, ...port })),
  );
  if (wanted.length === 0 || !(await isLocalDocker(env))) return [];
  const results = await Promise.all(
    wanted.map(async (port) => {
      const { cluster, hostPort, listenAddress, protocol, choose } = port;
      const code = await whyClosed(port);
      return code === undefined
        ? []
        : [
            `cluster ${cluster}: ${protocol} port ${hostPort} of ${listenAddress} ` +
              `${reasons[code] ?? `can't be used (${code})`}: choose another ${choose}, or stop what uses it`,
          ];
    }),
  );
  return results.flat();
};

function portsOf({
  portMappings,
  options = {},
}: KindClusterPlan): (HostPort & { choose: string })[] {
  const { apiServerAddress: listenAddress = defaults.listenAddress, apiServerPort } = options;
  const mapped = portMappings.map((one) => ({ ...one, choose: "hostPort in its portMappings" }));
  if (apiServerPort === undefined) return mapped;
  const apiServer = { hostPort: apiServerPort, listenAddress, protocol: "TCP" };
  return [...mapped, { ...apiServer, choose: "apiServerPort" }];
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is used by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "can't be opened, because this machine has no such address",
};
