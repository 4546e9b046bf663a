import path from "node:path";
import { readContexts } from "../kubernetes/connect.ts";
import type { NamedWay } from "./contexts.ts";
import { lookAt, meshOf } from "./found-mesh.ts";
import type { FoundMesh } from "./found-mesh.ts";
import { projectDirectory } from "./paths.ts";
import { planStack } from "./plan-stack.ts";
import type { StackFile } from "./stacks.ts";

/**
 * The mesh of a topology that was never brought up, but whose clusters all exist: others may have made it, as one
 * that `discover` found.
 *
 * @returns undefined where the topology has clusters of its own, or none of its clusters has Linkerd
 */
export async function findMesh(
  stack: StackFile,
  signal?: AbortSignal,
): Promise<FoundMesh | undefined> {
  if (stack.topology === undefined) return undefined;
  const plan = await planStack(stack);
  const clusters = plan.clusters.flatMap((cluster) => (cluster.type === "kind" ? [] : [cluster]));
  if (clusters.length < plan.clusters.length) return undefined;
  const ways = await Promise.all(
    clusters.map(async ({ name, kubeconfig: file, context }): Promise<NamedWay> => {
      const kubeconfig = path.resolve(projectDirectory, file);
      const current = context ?? (await readContexts({ kubeconfigPath: kubeconfig })).current;
      return { kubeconfig, context: current ?? "", name, usual: false };
    }),
  );
  const found = await lookAt(ways, signal);
  if (found.observed.every(({ linkerd }) => linkerd === undefined)) return undefined;
  return meshOf(found, ways, plan);
}
