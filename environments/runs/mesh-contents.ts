import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import { deleteIfThere } from "../../kubernetes/optional.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { messageOf } from "../../system/message-of.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { Connections } from "../../verification/connections.ts";
import type { Mesh } from "../../verification/observe.ts";

/**
 * What each cluster of a mesh has where others put their things: paths of namespaces and of everything else that is in
 * none, and of all objects in the namespace `default`.
 */
export type MeshContents = Readonly<Record<string, readonly string[]>>;

/**
 * Kinds of objects that a cluster makes by itself, at any time. `endpoints` and the like go with what they belong to.
 */
const ownOfClusters: ReadonlySet<string> = new Set([
  "certificatesigningrequests",
  "csinodes",
  "events",
  "ipaddresses",
  "nodes",
  "volumeattachments",
]);

/** What was written down about a mesh when it was new. */
export interface NewMesh {
  readonly mesh: Pick<Mesh, "clusters">;
  readonly contents: MeshContents;
}

const fileName = "new-mesh.json";

/** Writes down what a mesh has, in the directory of its run. */
export async function writeNewMesh(directory: string, { mesh, contents }: NewMesh): Promise<void> {
  const clusters = mesh.clusters.map((access) => {
    if (!("kubeconfigPath" in access)) throw new Error(`${access.name} has no kubeconfig file`);
    const { name, kubeconfigPath, context, uid } = access;
    return { name, kubeconfigPath, context, uid };
  });
  const text = JSON.stringify({ clusters, contents });
  await writeFile(path.join(directory, fileName), text, { mode: 0o600 });
}

/** @throws Error if it can't be read */
export async function readNewMesh(directory: string): Promise<NewMesh> {
  const text = await readFile(path.join(directory, fileName), "utf8");
  const { clusters, contents } = schema.parse(JSON.parse(text));
  return { mesh: { clusters }, contents };
}

const schema = z.object({
  clusters: z.array(
    z.object({
      name: z.string(),
      kubeconfigPath: z.string(),
      context: z.string().optional(),
      // Nothing is removed from a cluster that can't be recognised.
      uid: z.string(),
    }),
  ),
  contents: z.record(z.string(), z.array(z.string())),
});

/** @throws Error if one of the clusters doesn't answer, or not for every kind that it serves */
export async function contentsOf(
  mesh: Pick<Mesh, "clusters">,
  signal?: AbortSignal,
): Promise<MeshContents> {
  const connections = new Connections({ signal });
  const entries = await Promise.all(
    mesh.clusters.map(async (access) => {
      const { objects, problems } = await look(await connections.open(access));
      if (problems.length > 0) throw new Error(`${access.name}: ${problems.join("; ")}`);
      return [access.name, objects.map(({ path }) => path).sort()] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/**
 * Removes what a mesh has beyond earlier contents, and waits until it is gone. Nothing in other namespaces that the mesh
 * had then is looked at, such as Linkerd's and kube-system.
 *
 * @returns the paths of what was removed, each after its cluster
 * @throws Error if a cluster is not among the contents, doesn't answer, or keeps something
 */
export async function resetMesh(
  { mesh, contents }: NewMesh,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const connections = new Connections({ signal });
  const removed = await Promise.all(
    mesh.clusters.map(async (access) => {
      const { name } = access;
      const known = contents[name];
      if (known === undefined) throw new Error(`nobody knows what ${name} had before`);
      const paths = await resetCluster(
        await connections.open(access),
        name,
        new Set(known),
        signal,
      );
      return paths.map((path) => `${name}: ${path}`);
    }),
  );
  return removed.flat();
}

async function resetCluster(
  api: KubernetesApi,
  name: string,
  known: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const removed = new Set<string>();
  // A cluster that doesn't answer at once is not waited for.
  let first: Looked | undefined = await look(api);
  await waitFor({
    what: `waiting for ${name} to have only what it had when it was new`,
    limit: timeLimits.poolReset,
    signal,
    look: async () => {
      const { objects, problems } = first ?? (await look(api));
      first = undefined;
      const left = objects.filter(({ path }) => !known.has(path));
      if (left.length + problems.length === 0) return { done: true, value: undefined };
      for (const { path, owned, leaving } of left) {
        // What others own goes with them.
        if (owned || leaving) continue;
        removed.add(path);
        await deleteIfThere(api, path);
      }
      return { done: false, seen: [...left.map(({ path }) => path), ...problems].join(", ") };
    },
  });
  return [...removed];
}

interface Found {
  readonly path: string;
  /** Another object owns it. */
  readonly owned: boolean;
  /** It is being deleted. */
  readonly leaving: boolean;
}

interface Looked {
  readonly objects: readonly Found[];
  /** Kinds that could not be listed, each with the reason. */
  readonly problems: readonly string[];
}

async function look(api: KubernetesApi): Promise<Looked> {
  const { groups } = await api.get<GroupList>("/apis");
  const roots = [
    "/api/v1",
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const problems: string[] = [];
  const orElse = async <T>(what: string, read: Promise<readonly T[]>): Promise<readonly T[]> =>
    read.catch((error: unknown) => {
      problems.push(`${what}: ${messageOf(error)}`);
      return [];
    });
  const objects = await Promise.all(
    roots.map(async (root) => {
      const collections = await orElse(root, collectionsOf(api, root));
      return Promise.all(collections.map((one) => orElse(one, objectsIn(api, one))));
    }),
  );
  return { objects: objects.flat(2), problems };
}

interface GroupList {
  readonly groups: readonly {
    readonly preferredVersion: { readonly groupVersion: string };
  }[];
}

async function collectionsOf(api: KubernetesApi, root: string): Promise<readonly string[]> {
  const { resources } = await api.get<{
    readonly resources: readonly {
      readonly name: string;
      readonly namespaced: boolean;
      readonly verbs: readonly string[];
    }[];
  }>(root);
  return resources.flatMap(({ name, namespaced, verbs }) => {
    const isKept = verbs.includes("list") && verbs.includes("delete");
    if (!isKept || name.includes("/") || ownOfClusters.has(name)) return [];
    return [namespaced ? `${root}/namespaces/default/${name}` : `${root}/${name}`];
  });
}

async function objectsIn(api: KubernetesApi, collection: string): Promise<readonly Found[]> {
  const items = await listAll<{ readonly metadata: Metadata }>(api, collection);
  return items.flatMap(({ metadata }) => {
    const { name, labels, ownerReferences = [], deletionTimestamp } = metadata;
    // The API server makes it for the kinds that it serves itself.
    if (labels?.["kube-aggregator.kubernetes.io/automanaged"] !== undefined) return [];
    return [
      {
        path: `${collection}/${name}`,
        owned: ownerReferences.length > 0,
        leaving: deletionTimestamp !== undefined,
      },
    ];
  });
}
