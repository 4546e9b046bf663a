import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { groupBy } from "../planning/group.ts";
import { timeLimits } from "../system/time-limits.ts";
import { kindClusterLabel, ownerLabel } from "../providers/kind/constants.ts";
import { listContainers, removeContainers } from "../providers/kind/containers.ts";
import type { Container } from "../providers/kind/container.ts";
import { clustersElsewhere, readMade, refuseElsewhere } from "../providers/kind/state-elsewhere.ts";
import type { ClusterElsewhere } from "../providers/kind/state-elsewhere.ts";
import { badInput, CommandError } from "./command-error.ts";
import { type Consent, isGiven } from "./consent.ts";
import { docker, dockerList } from "./docker.ts";
import { stateDirectory } from "../system/state-directory.ts";

/** What is left of a stack on this machine, according to Docker and the files. */
export interface Leftovers {
  /** Docker networks that carry the stack's ownership label. */
  readonly networks: readonly string[];
  /** The stack's kind clusters, whose nodes carry its stamp. */
  readonly clusters: readonly LeftCluster[];
  /** Clusters of a stack of the same name whose state is elsewhere. They aren't touched. */
  readonly elsewhere: readonly ClusterElsewhere[];
  /** Other people's containers on those networks. */
  readonly strangers: readonly string[];
  /** Kubeconfig files of the stack's clusters. */
  readonly files: readonly string[];
}

/** A kind cluster, or what is left of one. */
export interface LeftCluster {
  readonly name: string;
  readonly containers: readonly Container[];
  /** Nothing in it says which state it belongs to: its creator was stopped, or is still running. */
  readonly isUnfinished: boolean;
}

/** The owner of a stack's resources, as in the label of its Docker network. */
export function ownerOf(project: string, stack: string): string {
  return `${project}/${stack}`;
}

/** Finds what a stack has on this machine, without Pulumi and its state. */
export async function findLeftovers(
  owner: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Leftovers> {
  const { signal } = new AbortController();
  const [rows, nodes] = await Promise.all([
    dockerList(["network", "ls", "--filter", `label=${ownerLabel}=${owner}`], env),
    listContainers(`label=${kindClusterLabel}`),
  ]);
  const networks = rows.map((row) => row["Name"] ?? "");
  const isOn = ({ networks: on }: Container): boolean => networks.some((name) => name in on);
  const stamped = nodes.filter(({ stamp }) => stamp?.owner === owner);
  const names = new Set(stamped.map(({ cluster }) => cluster));
  const ours = nodes.filter(
    (node) =>
      node.stamp?.owner === owner ||
      // The load balancer of several control planes carries no stamp. It goes with them, or is all that is
      // left.
      (node.role === "external-load-balancer" && (names.has(node.cluster) || isOn(node))),
  );
  const [elsewhere, attached, files, clusters] = await Promise.all([
    clustersElsewhere(ours, owner, { signal, env: { ...process.env, ...env } }),
    Promise.all(networks.map((name) => listContainers(`network=${name}`))),
    kubeconfigs(owner, env),
    Promise.all(
      [...groupBy(ours, ({ cluster = "" }) => cluster)].map(async ([name, containers]) => ({
        name,
        containers,
        isUnfinished: (await readMade(containers, signal)).length === 0,
      })),
    ),
  ]);
  const away = new Set(elsewhere.map(({ name }) => name));
  const known = new Set(ours.map(({ id }) => id));
  return {
    networks,
    clusters: clusters
      .filter(({ name }) => !away.has(name))
      .sort((one, other) => one.name.localeCompare(other.name)),
    elsewhere,
    strangers: attached
      .flat()
      .filter(({ id }) => !known.has(id))
      .map(({ name }) => name),
    files,
  };
}

export function isEmpty({ networks, clusters, elsewhere, files }: Leftovers): boolean {
  return networks.length + clusters.length + elsewhere.length + files.length === 0;
}

/**
 * Makes sure that clusters are removed only if they are known to belong to this state. If the state doesn't
 * know the stack, nobody can say whose an unfinished cluster is: somebody may be creating it right now.
 *
 * @throws CommandError, exit code 2, if that is not wanted
 */
export async function allowUnknown({ clusters }: Leftovers, consent: Consent): Promise<void> {
  const unknown = clusters.filter(({ isUnfinished }) => isUnfinished).map(({ name }) => name);
  if (unknown.length === 0) return;
  const text =
    `The state has no such stack, but there are unfinished clusters of that name: ` +
    `${unknown.join(", ")}. The command that created them was stopped, or is still running.`;
  if (await isGiven(consent, `${text}\nTake them away?`)) return;
  throw badInput(
    `${text}\nNothing was changed. If they are yours, run it again with --yes; or use the XDG_STATE_HOME (or ` +
      "HOME) in which they were made",
  );
}

/**
 * Removes what {@link findLeftovers} found and what belongs to this stack. Containers come first, because
 * Docker doesn't remove a network in use.
 *
 * @throws if other people's containers are on one of the networks, or clusters whose state is elsewhere
 */
export async function removeLeftovers(
  leftovers: Leftovers,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await removeContainers(
    leftovers.clusters.flatMap(({ containers }) => containers),
    timeLimits.clusterDelete,
  );
  for (const file of leftovers.files) await rm(file, { force: true });
  await removeEmptyDirectories(
    leftovers.files.map((file) => path.dirname(file)),
    stateDirectory({ ...process.env, ...env }),
  );
  refuseElsewhere(leftovers.elsewhere);
  if (leftovers.strangers.length > 0) {
    throw new CommandError(
      `the Docker network ${leftovers.networks.join(", ")} stays, because it has containers that ` +
        `this stack did not create (${leftovers.strangers.join(", ")}): disconnect or remove them, then ` +
        "run this again",
    );
  }
  for (const network of leftovers.networks) await docker(["network", "rm", network], env);
}

/** The provider keeps the kubeconfigs in a directory per owner. */
async function kubeconfigs(
  owner: string,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const directory = path.join(stateDirectory({ ...process.env, ...env }), ...owner.split("/"));
  const entries = await readdir(directory).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".kubeconfig"))
    .map((entry) => path.join(directory, entry));
}

/** Upwards until one is not empty, including the state directory. */
async function removeEmptyDirectories(
  directories: readonly string[],
  state: string,
): Promise<void> {
  for (let directory of new Set(directories)) {
    while (directory === state || directory.startsWith(state + path.sep)) {
      try {
        await rmdir(directory);
      } catch {
        break;
      }
      directory = path.dirname(directory);
    }
  }
}
