import type { Context } from "../server/index.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import type { Container } from "./container.ts";
import { timeLimits } from "./constants.ts";
import { inspect } from "./containers.ts";
import { connectAt } from "./docker-network.ts";
import { docker, dockerExec } from "./docker.ts";
import { disableUnit, enableUnit, startUnit } from "./node-unit.ts";

const unit = "linkerd-topology-fixed-address.service";

/** Marks the address among those of its device, so that an earlier one can be found. */
const label = "api";

/** The device is that of the default route. */
export function addressUnit(address: string): string {
  return startUnit(
    "The address that the API server keeps",
    [
      "set -- $(ip -4 route show default)",
      `ip -4 -oneline address show dev $5 label $5:${label} | grep -q " ${address}/32 " && exit 0`,
      `ip -4 address flush dev $5 label $5:${label}`,
      `exec ip -4 address add ${address}/32 dev $5 label $5:${label}`,
    ].join("; "),
  );
}

/**
 * Gives the cluster's API server its fixed address, now and at every restart of its container.
 *
 * @returns the containers as they are then, and whether the API server has the address
 */
export async function keepFixedAddress(
  inputs: ClusterInputs,
  containers: readonly Container[],
  made: ClusterInputs,
  context: Pick<Context, "log" | "signal" | "status">,
): Promise<{ readonly containers: readonly Container[]; readonly kept: boolean }> {
  const { fixedAddress } = inputs;
  const nothing = { containers, kept: fixedAddress !== undefined };
  if (fixedAddress === undefined && made.fixedAddress === undefined) return nothing;
  const balancer = balancerOf(containers);
  if (balancer === undefined) {
    await keepOnNode(fixedAddress, containers, context.signal);
    return nothing;
  }
  if (balancer.networks[inputs.network] === (fixedAddress ?? "")) return nothing;
  const kept = await reconnect(balancer, inputs, context);
  const now = await inspect(
    containers.map(({ id }) => id),
    context.signal,
  );
  return { containers: now, kept };
}

/**
 * A second address. Docker gives a node another address if it starts after others, and can fix one only while the
 * node is off the network. The node itself can have a second one, without a restart.
 */
async function keepOnNode(
  address: string | undefined,
  nodes: readonly Container[],
  signal: AbortSignal,
): Promise<void> {
  const planes = nodes.filter(({ role }) => role === "control-plane");
  await Promise.all(
    planes.map((plane) =>
      address === undefined
        ? disableUnit(plane, unit, signal)
        : enableUnit(plane, unit, addressUnit(address), signal),
    ),
  );
}

/**
 * The load balancer of several control planes is no node: it has no systemd, and may not change its addresses. So
 * Docker fixes the one that it has. Nodes find the load balancer by its name.
 *
 * @returns whether the network allows it: one that an earlier version made does not
 */
async function reconnect(
  balancer: Container,
  { network, fixedAddress }: ClusterInputs,
  { log, signal, status }: Pick<Context, "log" | "signal" | "status">,
): Promise<boolean> {
  const { id, name } = balancer;
  status(`restarting ${name} with a fixed address`);
  const start = () => docker(["start", id], { signal, limit: timeLimits.apiServerAnswers });
  await docker(["stop", id], { signal, limit: timeLimits.apiServerAnswers });
  const kept = await connectAt(balancer, network, fixedAddress, signal);
  try {
    await start();
  } catch (error) {
    // Somebody else has the address. The API server must be reachable by the name again.
    const [now = balancer] = await inspect([id], signal);
    await connectAt(now, network, undefined, signal);
    await start();
    throw error;
  }
  if (fixedAddress !== undefined && !kept) {
    log(
      "info",
      `${name} keeps no address, because Docker chose the subnet of the network ${network}. Links lead to its name.`,
    );
  }
  return kept;
}

/** Whether the API server has the address. Somebody may have reconnected its container to the network. */
export async function hasFixedAddress(
  address: string,
  { network }: Pick<ClusterInputs, "network">,
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<boolean> {
  const balancer = balancerOf(containers);
  if (balancer !== undefined) return balancer.networks[network] === address;
  const plane = containers.find(({ role }) => role === "control-plane");
  if (plane === undefined) return false;
  const shown = await dockerExec(plane.name, ["ip", "-4", "-oneline", "address", "show"], {
    signal,
  });
  return shown.includes(` ${address}/32 `);
}

function balancerOf(containers: readonly Container[]): Container | undefined {
  return containers.find(({ role }) => role === "external-load-balancer");
}
