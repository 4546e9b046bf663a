import { access, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { listContainers } from "../providers/kind/containers.ts";
import { kindClusterLabel } from "../providers/kind/constants.ts";
import { importArchives } from "../providers/kind/image-import.ts";
import type { Container } from "../providers/kind/container.ts";
import type { ClusterPlan, KindClusterPlan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import { badInput } from "./command-error.ts";
import { docker } from "./docker.ts";
import { ownerOf } from "./leftovers.ts";
import { readProject } from "./project.ts";

export interface LoadRequest {
  /** Name of the stack whose clusters they are. */
  readonly stack: string;
  readonly clusters: readonly ClusterPlan[];
  /** Names of images that Docker has, and files of image archives. */
  readonly images: readonly string[];
  readonly signal: AbortSignal;
}

/** A cluster that has the images now, and how many nodes it has. */
export interface LoadedCluster {
  readonly name: string;
  readonly nodes: number;
}

/**
 * Loads images into every node of kind clusters, so that pods can use them without a registry. Nodes that are created
 * later don't have them: a topology's `imageArchives` is for those.
 *
 * @throws CommandError, exit code 2, before anything is loaded: an image is missing, or a cluster is not the
 *   package's own, or its nodes don't run
 */
export async function loadImages(request: LoadRequest): Promise<readonly LoadedCluster[]> {
  const { images, clusters, signal } = request;
  const archives = images.filter(isArchive);
  const names = images.filter((image) => !isArchive(image));
  const { name: project } = await readProject();
  const owner = ownerOf(project, request.stack);
  const [missing, absent, nodes] = await Promise.all([
    missingImages(names),
    missingFiles(archives),
    Promise.all(clusters.map(async (cluster) => nodesOf(cluster, owner, signal))),
  ]);
  const problems = [
    ...missing.map(
      (name) => `there is no image ${name} in Docker: build or pull it, or name an archive (*.tar)`,
    ),
    ...absent.map((file) => `there is no file ${file}`),
    ...nodes.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  ];
  if (problems.length > 0) {
    throw badInput(`Nothing was loaded:\n${problems.map((one) => `  ${one}`).join("\n")}`);
  }
  const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-load-"));
  try {
    const saved = path.join(directory, "images.tar");
    if (names.length > 0)
      await docker(["save", "--output", saved, ...names], {}, timeLimits.imageBuildStep);
    const files = [...(names.length > 0 ? [saved] : []), ...archives];
    await importArchives(
      nodes.flatMap(({ containers }) => containers),
      files,
      signal,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return clusters.map(({ name }, index) => ({ name, nodes: nodes[index]?.containers.length ?? 0 }));
}

/** A name of an image neither begins like a path nor ends like an archive. */
function isArchive(image: string): boolean {
  return /^[./]|\.(?:tar|tgz|tar\.gz)$/.test(image);
}

async function missingFiles(files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => [],
        () => [file],
      ),
    ),
  );
  return found.flat();
}

async function missingImages(names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map((name) =>
      docker(["image", "inspect", "--format", "{{.Id}}", name]).then(
        () => [],
        (error: unknown) => {
          if (/no such image/i.test(String(error))) return [name];
          throw error;
        },
      ),
    ),
  );
  return found.flat();
}

interface Nodes {
  readonly containers: readonly Container[];
  readonly problem?: string;
}

async function nodesOf(cluster: ClusterPlan, owner: string, signal: AbortSignal): Promise<Nodes> {
  const { name } = cluster;
  if (cluster.type !== "kind") {
    const problem = `${name} is an existing cluster: load images as its own nodes need it, or name the others with --cluster`;
    return { containers: [], problem };
  }
  const { kindName } = cluster satisfies KindClusterPlan;
  const all = await listContainers(`label=${kindClusterLabel}=${kindName}`, signal);
  const containers = all.filter(({ stamp }) => stamp?.owner === owner);
  const stopped = containers.filter(({ running }) => !running).map((node) => node.name);
  if (containers.length === 0)
    return { containers, problem: `${name} has no nodes: \`up\` recreates it` };
  if (stopped.length > 0)
    return { containers, problem: `${name}: ${stopped.join(", ")} is stopped: \`up\` starts it` };
  return { containers };
}
