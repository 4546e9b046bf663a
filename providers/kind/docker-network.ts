import { createdByLabel, ownerLabel, providerVersion } from "./constants.ts";
import type { Container } from "./container.ts";
import { docker, DockerError } from "./docker.ts";
import type { NewDockerNetwork } from "./network-inputs.ts";
import { readFile } from "node:fs/promises";

export interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** First IPv4 subnet. */
  readonly subnet: string;
  /** Part of the subnet from which Docker assigns addresses. Empty: the whole subnet. */
  readonly ipRange: string;
  /** Ids of the running containers on it. */
  readonly containers: readonly string[];
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Record<string, string> | null;
  readonly IPAM: {
    readonly Config: readonly { readonly Subnet?: string; readonly IPRange?: string }[] | null;
  };
  readonly Containers: Record<string, unknown> | null;
}

export async function findDockerNetwork(
  name: string,
  signal?: AbortSignal,
): Promise<DockerNetwork | undefined> {
  let output: string;
  try {
    output = await docker(["network", "inspect", name], { signal });
  } catch (error) {
    if (error instanceof DockerError && /no such network|not found/i.test(error.stderr)) {
      return undefined;
    }
    throw error;
  }
  const [network] = JSON.parse(output) as Inspected[];
  // Docker also accepts the beginning of an id as a name.
  if (network?.Name !== name) return undefined;
  const pool = network.IPAM.Config?.find(({ Subnet }) => Subnet?.includes(".") === true);
  return {
    id: network.Id,
    name: network.Name,
    labels: network.Labels ?? {},
    subnet: pool?.Subnet ?? "",
    ipRange: pool?.IPRange ?? "",
    containers: Object.keys(network.Containers ?? {}),
  };
}

/**
 * Checks that the network exists and doesn't belong to another owner. A network without a label is accepted.
 */
export async function checkDockerNetwork(
  name: string,
  owner: string,
  signal: AbortSignal,
): Promise<DockerNetwork> {
  const network = await findDockerNetwork(name, signal);
  if (network === undefined) {
    throw new Error(
      `network: there is no Docker network ${JSON.stringify(name)}. Create it with the resource ` +
        "kind.Network, and use its output as the name here, so that it is created first.",
    );
  }
  const other = network.labels[ownerLabel];
  if (other !== undefined && other !== owner) throw foreignDockerNetwork(name, other);
  return network;
}

export function foreignDockerNetwork(name: string, owner: string | undefined): Error {
  return new Error(
    `a Docker network ${JSON.stringify(name)} already exists, ` +
      (owner === undefined
        ? "which this provider did not create"
        : `which belongs to ${JSON.stringify(owner)}`) +
      `. Nothing was changed. Choose another name, or remove it: \`docker network rm ${name}\`.`,
  );
}

/** How often another network may take the subnet that Docker has just chosen. */
const attempts = 3;

/**
 * Creates an IPv4 bridge. kind's own is dual-stack: node names would then also resolve to an IPv6 address
 * that nothing can reach.
 *
 * Docker fixes the address of a container only in a subnet that somebody chose. So if Docker chooses it, the network is
 * created once more, with this subnet.
 */
export async function createDockerNetwork(
  wanted: NewDockerNetwork,
  signal: AbortSignal,
): Promise<void> {
  await create(wanted, signal);
  if (wanted.subnet !== undefined) return;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const subnet = (await findDockerNetwork(wanted.name, signal))?.subnet;
    if (subnet === undefined || subnet === "") return;
    await docker(["network", "rm", wanted.name], { signal });
    try {
      await create({ ...wanted, subnet }, signal);
      return;
    } catch (error) {
      if (!(error instanceof SubnetTakenError)) throw error;
      await create(wanted, signal);
    }
  }
}

class SubnetTakenError extends Error {}

async function create(
  { name, owner, labels, subnet, ipRange }: NewDockerNetwork,
  signal: AbortSignal,
): Promise<void> {
  const all = {
    ...labels,
    [ownerLabel]: owner,
    [createdByLabel]: `linkerd-topology/${providerVersion}`,
  };
  const mtu = await defaultRouteMtu();
  try {
    await docker(
      [
        ...["network", "create", "--driver", "bridge"],
        // Docker's default of 1500 loses large packets if this machine's own uplink takes less.
        ...(mtu === undefined ? [] : ["--opt", `com.docker.network.driver.mtu=${mtu}`]),
        ...(subnet === undefined ? [] : ["--subnet", subnet]),
        ...(ipRange === undefined ? [] : ["--ip-range", ipRange]),
        ...Object.entries(all).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
        name,
      ],
      { signal },
    );
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    if (subnet !== undefined && /pool overlaps/i.test(error.stderr)) {
      throw new SubnetTakenError(
        `the subnet ${subnet} of the Docker network ${JSON.stringify(name)} is used, at least in part, ` +
          "by another Docker network (`docker network ls`). Choose another, or remove that network.",
      );
    }
    if (!/address pool/i.test(error.stderr)) throw error;
    throw new Error(
      `Docker has no subnet left for the network ${JSON.stringify(name)}. Remove networks that nobody ` +
        "uses (`docker network prune`), or give Docker more (`default-address-pools` in /etc/docker/daemon.json).",
    );
  }
}

/**
 * Connects a stopped container to the network once more, at an address that Docker keeps for it.
 *
 * @param address @default one that Docker chooses at each start
 * @returns whether Docker keeps it: in a network that an earlier version made it can't
 */
export async function connectAt(
  { id, networks }: Pick<Container, "id" | "networks">,
  network: string,
  address: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const connect = (...options: string[]) =>
    docker(["network", "connect", ...options, network, id], { signal });
  if (network in networks) {
    await docker(["network", "disconnect", "--force", network, id], { signal });
  }
  if (address === undefined) {
    await connect();
    return false;
  }
  try {
    await connect("--ip", address);
    return true;
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    await connect();
    if (!/user configured subnets/i.test(error.stderr)) throw error;
    return false;
  }
}

/** MTU of the interface of this machine's default route. Undefined on systems other than Linux. */
async function defaultRouteMtu(): Promise<number | undefined> {
  try {
    const routes = await readFile("/proc/net/route", "utf8");
    const line = routes.split("\n").find((route) => route.split("\t")[1] === "00000000");
    const device = line?.split("\t")[0];
    if (device === undefined) return undefined;
    const mtu = Number(await readFile(`/sys/class/net/${device}/mtu`, "utf8"));
    return Number.isInteger(mtu) && mtu > 0 ? mtu : undefined;
  } catch {
    return undefined;
  }
}
