import type { ClusterInputs } from "./cluster-inputs.ts";
import type { Container } from "./container.ts";
import { dockerExec } from "./docker.ts";
import { disableUnit, enableUnit, startUnit } from "./node-unit.ts";

const unit = "linkerd-topology-fixed-address.service";

/** Of the address among those of its device: by it an earlier one is found. */
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
 * The control plane keeps its fixed address, now and after each of its restarts. Docker gives a node another
 * address when it starts after others, and fixes one only in networks whose subnet somebody chose; the node
 * itself can have a second one in any network, and no restart is needed for it.
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

/** Whether the control plane has the address; somebody may have put it on its network anew. */
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
