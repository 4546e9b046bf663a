import type { Context } from "../server/index.ts";
import { ownerLabel } from "./constants.ts";
import { inspect } from "./containers.ts";
import type { Container } from "./container.ts";
import { docker } from "./docker.ts";
import type { DockerNetwork } from "./docker-network.ts";

/** Whether a node may have lost its network. A node that runs on it certainly has it. */
export function mayBeOff({ running, networks }: Container, network: string): boolean {
  return !running || !(network in networks);
}

/**
 * Reconnects nodes to their network, in the given order. Docker lets a network be removed while all its
 * containers are stopped or disconnected. It doesn't start a container whose network is gone, even if a new
 * one has the same name.
 *
 * @returns the nodes as they are afterwards. Those that were reconnected are stopped, because kind fixes a
 *   node's addresses when it starts.
 */
export async function rejoin(
  nodes: readonly Container[],
  network: DockerNetwork,
  { signal, status }: Pick<Context, "signal" | "status">,
): Promise<readonly Container[]> {
  const off = nodes.filter(({ networkIds }) => {
    const id = networkIds[network.name];
    // A container that was never started has no id there yet.
    return id === undefined || (id !== "" && id !== network.id);
  });
  if (off.length === 0) return nodes;
  status(`putting ${off.map(({ name }) => name).join(", ")} back on ${network.name}`);
  const idsOf = (containers: readonly Container[]): string[] => containers.map(({ id }) => id);
  const paused = off.filter((node) => node.paused);
  if (paused.length > 0) await docker(["unpause", ...idsOf(paused)], { signal });
  const running = off.filter((node) => node.running);
  if (running.length > 0) await docker(["stop", ...idsOf(running)], { signal });
  for (const { id, networks } of off) {
    if (network.name in networks) {
      await docker(["network", "disconnect", "--force", network.name, id], { signal });
    }
    await docker(["network", "connect", network.name, id], { signal });
  }
  return inspect(idsOf(nodes), signal);
}

/** Says that nodes exist without their network, and how to reconnect them. */
export function networkGone(
  {
    name,
    network,
    owner,
  }: { readonly name: string; readonly network: string; readonly owner: string },
  nodes: readonly Container[],
): Error {
  return new Error(
    `the Docker network ${JSON.stringify(network)} of the cluster ${JSON.stringify(name)} is gone, but its ` +
      `nodes are there (${nodes.map((node) => node.name).join(", ")}), with all that is in them. Nothing was ` +
      "changed. `linkerd-topology up` recreates the network and reconnects the nodes; or create it " +
      `yourself, \`docker network create --label ${ownerLabel}=${owner} ${network}\`, and run this again. If ` +
      `you don't need the cluster any more, remove it with \`kind delete cluster --name ${name}\`.`,
  );
}
