import type { KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import { readClusterUid } from "../../kubernetes/known-cluster.ts";
import type { ExistingClusterPlan } from "../../planning/plan-types.ts";
import { resolvePath } from "../../system/resolve-path.ts";
import { projectDirectory } from "../paths.ts";
import { notedContext } from "../same-clusters.ts";
import type { State } from "../state.ts";
import type { PreflightCheck } from "./check.ts";

/** A cluster that exists has to answer; nothing of the others is begun before. */
export const checkExistingClusters: PreflightCheck = async ({ plan, state }) => {
  const uids = new Map<string, string[]>();
  const problems = await Promise.all(
    plan.clusters.map(async (cluster) => {
      if (cluster.type === "kind") return [];
      const { name } = cluster;
      try {
        const uid = await readClusterUid(await connectTo(cluster, plan.name, state));
        uids.set(uid, [...(uids.get(uid) ?? []), name]);
        return [];
      } catch (error) {
        return [
          `cluster ${name} exists, but can't be asked: ${(error as Error).message}: start it, or correct ` +
            "its kubeconfig or its context",
        ];
      }
    }),
  );
  const same = [...uids.values()]
    .filter((names) => names.length > 1)
    .map(
      (names) =>
        `clusters ${names.toSorted().join(" and ")} are one and the same: leave out all but one, or correct the ` +
        "kubeconfigs or contexts of the others",
    );
  return [...problems.flat(), ...same];
};

/** The API of a cluster that exists, by the way that the stack reaches it. */
export async function connectTo(
  { name, context: named, kubeconfig }: ExistingClusterPlan,
  topology: string,
  state: State | undefined,
): Promise<KubernetesApi> {
  const context = named ?? notedContext(state, `${topology}-${name}`);
  // As the program reads it, whose directory is the project's.
  const kubeconfigPath = resolvePath(projectDirectory, kubeconfig);
  return connect({ kubeconfigPath, ...(context !== undefined && { context }) });
}
