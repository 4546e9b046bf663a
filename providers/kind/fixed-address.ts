import type { ClusterInputs } from "./cluster-inputs.ts";
import type { Container } from "./container.ts";
import { dockerExec } from "./docker.ts";
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
 * Gives the control plane a fixed address, now and at each of its restarts. Docker gives a node another
 * address if it starts after others, and can fix one only in a network whose subnet somebody chose. The node
 * itself can have a second address in any network, without a restart.
 */
export async function keepFixedAddress(
  { fixedAddress }: ClusterInputs,
  nodes: readonly Container[],
  made: ClusterInputs,
  signal: AbortSignal,
): Promise<void> {
  if (fixedAddress === undefined && made.fixedAddress === undefined) return;
  const planes = nodes.filter(({ role }) => role === "control-plane");
  await Promise.all(
    planes.map((plane) =>
      fixedAddress === undefined
        ? disableUnit(plane, unit, signal)
        : enableUnit(plane, unit, addressUnit(fixedAddress), signal),
    ),
  );
}

/** Whether the control plane has the address. Somebody may have reconnected the node to its network. */
export async function hasFixedAddress(
  address: string,
  nodes: readonly Container[],
  signal: AbortSignal,
): Promise<boolean> {
  const plane = nodes.find(({ role }) => role === "control-plane");
  if (plane === undefined) return false;
  const shown = await dockerExec(plane.name, ["ip", "-4", "-oneline", "address", "show"], {
    signal,
  });
  return shown.includes(` ${address}/32 `);
}
