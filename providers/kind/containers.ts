import type { Container, NodeRole } from "./container.ts";
import { loadBalancerName, nodePlans } from "../../planning/names.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { apiServerPort, kindClusterLabel, kindRoleLabel, timeLimits } from "./constants.ts";
import { docker, DockerError } from "./docker.ts";
import { parseStamp } from "./ownership.ts";

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Image: string; readonly Labels: Record<string, string> | null };
  readonly State: { readonly Running: boolean; readonly Paused?: boolean };
  readonly Mounts: readonly { readonly Destination: string }[] | null;
  readonly HostConfig: { readonly PortBindings: Record<string, PortBinding[] | null> | null };
  readonly NetworkSettings: {
    readonly Networks: Record<
      string,
      { readonly IPAddress: string; readonly NetworkID?: string }
    > | null;
  };
}

interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/**
 * The containers of the kind cluster, including stopped ones, and any other container with a name that its
 * nodes would need. Sorted by role, then by name: the first is a control plane if there is one.
 */
export async function findContainers(
  kindName: string,
  nodeNames: readonly string[],
  signal?: AbortSignal,
): Promise<Container[]> {
  const [nodes, others] = await Promise.all([
    listContainers(`label=${kindClusterLabel}=${kindName}`, signal),
    inspect(nodeNames, signal),
  ]);
  const byId = new Map([...nodes, ...others].map((container) => [container.id, container]));
  return [...byId.values()].sort(byRole);
}

/** The containers that match a filter of `docker ps`, including stopped ones. */
export async function listContainers(filter: string, signal?: AbortSignal): Promise<Container[]> {
  return waitFor({
    what: `a true list of Docker's containers (${filter})`,
    limit: timeLimits.dockerCommand,
    longest: 250,
    mayPass: (error) => !(error instanceof DockerError),
    signal,
    look: async (inner) => {
      const command = ["ps", "--all", "--quiet", "--no-trunc", "--filter", filter];
      const ids = lines(await docker(command, { signal: inner }));
      const found = await inspect(ids, inner);
      // While Docker creates a container, it lists it but doesn't know it by its id yet. Docker completes the
      // creation even if the client was killed.
      const unsettled = ids.filter((id) => !found.some((container) => container.id === id));
      return unsettled.length === 0
        ? { done: true, value: found }
        : { done: false, seen: `Docker lists ${unsettled.join(", ")}, but has no such container` };
    },
  });
}

/** Inspects containers by name or id, and leaves out those that don't exist. */
export async function inspect(
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Container[]> {
  if (names.length === 0) return [];
  let output: string;
  try {
    output = await docker(["container", "inspect", ...names], { signal });
  } catch (error) {
    if (!(error instanceof DockerError) || !onlyMissing(error.stderr)) throw error;
    output = error.stdout;
  }
  return (JSON.parse(output === "" ? "[]" : output) as Inspected[]).map(toContainer);
}

/** Removes containers with their volumes, all at once. Missing ones are no error. */
export async function removeContainers(containers: readonly Container[], limit: number) {
  if (containers.length === 0) return;
  try {
    await docker(["rm", "--force", "--volumes", ...containers.map(({ id }) => id)], { limit });
  } catch (error) {
    if (!(error instanceof DockerError) || !onlyMissing(error.stderr)) throw error;
  }
}

/** Names of the containers that kind creates for a cluster. */
export function nodeNames(kindName: string, controlPlanes: number, workers: number): string[] {
  return [
    ...nodePlans(kindName, controlPlanes, workers).map(({ name }) => name),
    ...(controlPlanes > 1 ? [loadBalancerName(kindName)] : []),
  ];
}

/** Two removals may overlap: a killed `up` cleans up after itself while the next one has begun. */
function onlyMissing(stderr: string): boolean {
  return stderr
    .split("\n")
    .filter((line) => line.trim() !== "")
    .every((line) =>
      /no such container|removal of container .* is already in progress/i.test(line),
    );
}

function toContainer(inspected: Inspected): Container {
  const labels = inspected.Config.Labels ?? {};
  const binding = inspected.HostConfig.PortBindings?.[`${apiServerPort}/tcp`]?.[0];
  const endpoints = Object.entries(inspected.NetworkSettings.Networks ?? {});
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ""),
    cluster: labels[kindClusterLabel],
    role: labels[kindRoleLabel] as NodeRole | undefined,
    image: inspected.Config.Image,
    running: inspected.State.Running,
    paused: inspected.State.Paused === true,
    networks: Object.fromEntries(endpoints.map(([name, { IPAddress }]) => [name, IPAddress])),
    networkIds: Object.fromEntries(
      endpoints.map(([name, { NetworkID = "" }]) => [name, NetworkID]),
    ),
    stamp: parseStamp((inspected.Mounts ?? []).map(({ Destination }) => Destination)),
    hostPorts: Object.values(inspected.HostConfig.PortBindings ?? {}).flatMap((bindings) =>
      (bindings ?? []).map(({ HostPort }) => Number(HostPort)),
    ),
    apiServer: binding === undefined ? undefined : `${binding.HostIp}:${binding.HostPort}`,
  };
}

const roleOrder = ["control-plane", "worker", "external-load-balancer", undefined];

function byRole(a: Container, b: Container): number {
  const order = roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role);
  return order === 0 ? a.name.localeCompare(b.name, "en", { numeric: true }) : order;
}

export function lines(output: string): string[] {
  return output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
