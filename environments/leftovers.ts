import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { timeLimits } from "../planning/time-limits.ts";
import { kindClusterLabel, ownerLabel } from "../providers/kind/constants.ts";
import { CommandError } from "./command-error.ts";
import { docker, dockerList, nodeContainers } from "./docker.ts";
import { stateDirectory } from "../system/state-directory.ts";

/** What is left on this machine of a stack, as Docker and the files tell. */
export interface Leftovers {
  /** Docker networks that carry the stack's ownership label. */
  readonly networks: readonly string[];
  /** Names of kind clusters whose nodes are on those networks. */
  readonly clusters: readonly string[];
  /** Containers on those networks that are no nodes of kind's: somebody else put them there. */
  readonly strangers: readonly string[];
  /** Kubeconfig files of the stack's clusters. */
  readonly files: readonly string[];
}

/** Who owns what a stack makes, as the label of its Docker network says it. */
export function ownerOf(project: string, stack: string): string {
  return `${project}/${stack}`;
}

/** Looks for what a stack has on this machine; needs neither Pulumi nor its state. */
export async function findLeftovers(
  owner: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Leftovers> {
  const networks = (
    await dockerList(["network", "ls", "--filter", `label=${ownerLabel}=${owner}`], env)
  ).map((row) => row["Name"] ?? "");
  const nodes = (await nodeContainers(env)).filter((container) =>
    container.networks.some((network) => networks.includes(network)),
  );
  const attached = await Promise.all(
    networks.map((network) => dockerList(["ps", "--all", "--filter", `network=${network}`], env)),
  );
  const nodeNames = new Set(nodes.map((node) => node.name));
  return {
    networks,
    clusters: [...new Set(nodes.map((node) => node.cluster))].sort(),
    strangers: attached
      .flat()
      .map((row) => row["Names"] ?? "")
      .filter((name) => !nodeNames.has(name)),
    files: await kubeconfigs(owner, env),
  };
}

export function isEmpty({ networks, clusters, files }: Leftovers): boolean {
  return networks.length + clusters.length + files.length === 0;
}

/**
 * Removes what {@link findLeftovers} found. Containers first: Docker doesn't remove a network in use.
 *
 * @throws CommandError where somebody else's containers are on one of the networks
 */
export async function removeLeftovers(
  leftovers: Leftovers,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await Promise.all(
    leftovers.clusters.map(async (cluster) => {
      const rows = await dockerList(
        ["ps", "--all", "--filter", `label=${kindClusterLabel}=${cluster}`],
        env,
      );
      const names = rows.map((row) => row["Names"] ?? "").filter((name) => name !== "");
      if (names.length === 0) return;
      await execa("docker", ["rm", "--force", "--volumes", ...names], {
        env,
        timeout: timeLimits.clusterDelete,
      });
    }),
  );
  for (const file of leftovers.files) await rm(file, { force: true });
  await removeEmptyDirectories(
    leftovers.files.map((file) => path.dirname(file)),
    stateDirectory({ ...process.env, ...env }),
  );
  if (leftovers.strangers.length > 0) {
    throw new CommandError(
      `the Docker network ${leftovers.networks.join(", ")} stays, because containers are on it that ` +
        `this stack did not make (${leftovers.strangers.join(", ")}): disconnect or remove them, then ` +
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

/** Upwards until one is not empty, the state directory included. */
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
