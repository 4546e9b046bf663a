import { listContainers, removeContainers } from "../../providers/kind/containers.ts";
import type { Container } from "../../providers/kind/container.ts";
import { kindClusterLabel, ownerLabel } from "../../providers/kind/constants.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { docker, dockerList } from "../docker.ts";
import { formatIdentity, parseIdentity } from "../../toolchain/process-identity.ts";
import type { ProcessIdentity } from "../../toolchain/process-identity.ts";
import type { RunRecord } from "./record.ts";

/** Labels of a run's Docker network, besides the one that tells its owner. */
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

/** A run's Docker network, by what its labels tell. */
export interface RunNetwork {
  readonly id: string;
  readonly network: string;
  /** Name of the run. */
  readonly name: string;
  /** `<project>/<stack>` */
  readonly owner: string;
  /** ISO 8601; undefined where the label says nothing that could be understood. */
  readonly expires: string | undefined;
  readonly process: ProcessIdentity | undefined;
  /** Where its record is, or was. */
  readonly directory: string;
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** The Docker networks of runs, whoever's they are. */
export async function findRunNetworks(): Promise<RunNetwork[]> {
  const rows = await dockerList(["network", "ls", "--filter", `label=${runLabel}`]);
  const ids = rows.map((row) => row["ID"] ?? "").filter((id) => id !== "");
  const inspected = await Promise.all(
    // One by one: a network that goes meanwhile must not hide the others.
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

/** What a run has in Docker. */
export interface DockerTraces {
  readonly containers: readonly Container[];
  readonly networks: readonly RunNetwork[];
  /** Containers on the network that the run did not make: they keep the network. */
  readonly strangers: readonly string[];
}

/** Looks for the containers and the network of a run; a container without its network is found as well. */
export async function findDockerTraces(owner: string): Promise<DockerTraces> {
  const networks = (await findRunNetworks()).filter((network) => network.owner === owner);
  const [nodes, ...attached] = await Promise.all([
    listContainers(`label=${kindClusterLabel}`),
    ...networks.map(({ id }) => listContainers(`network=${id}`)),
  ]);
  const names = new Set(networks.map(({ network }) => network));
  const isOurs = ({ stamp, role, networks: on }: Container): boolean =>
    stamp?.owner === owner ||
    // The load balancer of several control planes bears no stamp.
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

/** Removes the containers, then the network unless strangers are on it. Others may do so meanwhile. */
export async function removeDockerTraces({
  containers,
  networks,
  strangers,
}: DockerTraces): Promise<void> {
  await removeContainers(containers, timeLimits.clusterDelete);
  if (strangers.length > 0) return;
  for (const { id } of networks) {
    await docker(["network", "rm", id]).catch((error: unknown) => {
      // Gone already, or a container came meanwhile: the next look tells.
      if (!/not found|no such network|active endpoints/i.test(String(error))) throw error;
    });
  }
}
