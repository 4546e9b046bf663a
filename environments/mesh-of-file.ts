import { readContexts } from "../kubernetes/connect.ts";
import type { NamedWay } from "./contexts.ts";
import type { ExistingClusterPlan, Plan } from "../planning/plan-types.ts";
import { messageOf } from "../system/message-of.ts";
import { resolvePath } from "../system/resolve-path.ts";
import { type FoundMesh, lookAt, meshOf, silentIn } from "./found-mesh.ts";
import { projectDirectory } from "./paths.ts";
import { planStack } from "./plan-stack.ts";
import type { StackFile } from "./stacks.ts";

/**
 * The mesh of a topology that was never brought up, but whose clusters all exist: others may have made it,
 * for example one that `discover` found.
 *
 * @returns undefined if the topology has kind clusters, or none of its clusters has Linkerd; otherwise why
 *   its clusters could not be looked at
 */
export async function findMesh(
  stack: StackFile,
  signal?: AbortSignal,
): Promise<FoundMesh | string | undefined> {
  // A stack that is known only by name has no topology to look into.
  if (stack.topology === undefined || stack.origin === undefined) return undefined;
  const plan = await planStack(stack, { runs: true });
  if (plan.clusters.some(({ type }) => type === "kind")) return undefined;
  try {
    const ways = await waysOf(plan);
    const found = await lookAt(ways, signal);
    const silent = silentIn(found.observed);
    if (found.observed.some(({ linkerd }) => linkerd !== undefined)) {
      return meshOf(found, ways, plan);
    }
    return silent.length === 0 ? undefined : silent.join("; ");
  } catch (error) {
    signal?.throwIfAborted();
    return messageOf(error);
  }
}

/** The ways into the existing clusters of a plan, in its order. */
export async function waysOf({ clusters }: Plan): Promise<readonly NamedWay[]> {
  return Promise.all(clusters.flatMap((one) => (one.type === "kind" ? [] : [wayOf(one)])));
}

async function wayOf({ name, kubeconfig: file, context }: ExistingClusterPlan): Promise<NamedWay> {
  const kubeconfig = resolvePath(projectDirectory, file);
  const current = context ?? (await readContexts({ kubeconfigPath: kubeconfig })).current;
  return { kubeconfig, context: current ?? "", name, usual: false };
}
