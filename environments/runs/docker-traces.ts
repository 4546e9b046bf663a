import { listContainers, removeContainers } from "../../providers/kind/containers.ts";
import type { Container } from "../../providers/kind/container.ts";
import { kindClusterLabel, ownerLabel } from "../../providers/kind/constants.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { docker, dockerList } from "../docker.ts";
import { formatIdentity, parseIdentity } from "../../toolchain/process-identity.ts";
import type { ProcessIdentity } from "../../toolchain/process-identity.ts";
import type { RunRecord } from "./record.ts";

/** Labels of a run's Docker network, besides the one with its owner. */
const runLabel = "dev.linkerd-topology.run";
const expiresLabel = "dev.linkerd-topology.expires";
const processLabel = "dev.linkerd-topology.process";
const directoryLabel = "dev.linkerd-topology.directory";

/** The labels by which a run can be found and judged from Docker alone. */
export function runLabels(record: RunRecord, directory: string): Record<string, string> {
  return {
    [runLabel]: record.name,
    [expiresLabel]: record.expires,
    [processLabel]: formatIdentity(record.owner),
    [directoryLabel]: directory,
  };
}

/** A run's Docker network, from its labels. */
export interface RunNetwork {
  readonly id: string;
  readonly network: string;
  /** Name of the run. */
  readonly name: string;
  /** `<project>/<stack>` */
  readonly owner: string;
  /** ISO 8601. Undefined if the label can't be understood. */
  readonly expires: string | undefined;
  readonly process: ProcessIdentity | undefined;
  /** The directory of its record, which may no longer exist. */
  readonly directory: string;
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** The Docker networks of all runs, whoever owns them. */
export async function findRunNetworks(): Promise<RunNetwork[]> {
  const rows = await dockerList(["network", "ls", "--filter", `label=${runLabel}`]);
  const ids = rows.map((row) => row["ID"] ?? "").filter((id) => id !== "");
  const inspected = await Promise.all(
    // One by one: a network that disappears in between must not hide the others.
    ids.map(async (id) =>
      docker(["network", "inspect", id]).then(
        (text) => JSON.parse(text) as Inspected[],
        (): Inspected[] => [],
      ),
    ),
  );
  return inspected.flat().map(toRunNetwork);
}

/** Exported for the tests. */
export function toRunNetwork({ Id, Name, Labels }: Inspected): RunNetwork {
  const labels = Labels ?? {};
  const expires = labels[expiresLabel] ?? "";
  return {
    id: Id,
    network: Name,
    name: labels[runLabel] ?? "",
    owner: labels[ownerLabel] ?? "",
    expires: Number.isNaN(Date.parse(expires)) ? undefined : expires,
    process: parseIdentity(labels[processLabel] ?? ""),
    directory: labels[directoryLabel] ?? "",
  };
}

export interface DockerTraces {
  readonly containers: readonly Container[];
  readonly networks: readonly RunNetwork[];
  /** Containers on the network that the run did not create. They keep the network. */
  readonly strangers: readonly string[];
}

/** Finds the containers and the network of a run, also containers without their network. */
export async function findDockerTraces(owner: string): Promise<DockerTraces> {
  const networks = (await findRunNetworks()).filter((network) => network.owner === owner);
  const [nodes, ...attached] = await Promise.all([
    listContainers(`label=${kindClusterLabel}`),
    ...networks.map(({ id }) => listContainers(`network=${id}`)),
  ]);
  const names = new Set(networks.map(({ network }) => network));
  const isOurs = ({ stamp, role, networks: on }: Container): boolean =>
    stamp?.owner === owner ||
    // The load balancer of several control planes carries no stamp.
    (role === "external-load-balancer" && Object.keys(on).some((network) => names.has(network)));
  const all = new Map([...nodes, ...attached.flat()].map((one) => [one.id, one]));
  return {
    containers: [...all.values()].filter(isOurs),
    networks,
    strangers: attached
      .flat()
      .filter((container) => !isOurs(container))
      .map(({ name }) => name),
  };
}

/**
 * Removes the containers, then the network unless it has containers of others. Others may do the same
 * meanwhile.
 */
export async function removeDockerTraces({
  containers,
  networks,
  strangers,
}: DockerTraces): Promise<void> {
  await removeContainers(containers, timeLimits.clusterDelete);
  if (strangers.length > 0) return;
  for (const { id } of networks) {
    await docker(["network", "rm", id]).catch((error: unknown) => {
      // It is already gone, or a container was added meanwhile: the next look shows it.
      if (!/not found|no such network|active endpoints/i.test(String(error))) throw error;
    });
  }
}
