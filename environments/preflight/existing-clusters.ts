import path from "node:path";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { ExistingClusterPlan } from "../../planning/plan-types.ts";
import { projectDirectory } from "../paths.ts";
import { notedContext } from "../same-clusters.ts";
import type { State } from "../state.ts";
import type { PreflightCheck } from "./check.ts";

/** A cluster that exists has to answer; nothing of the others is begun before. */
export const checkExistingClusters: PreflightCheck = async ({ plan, state }) => {
  const problems = await Promise.all(
    plan.clusters.map(async (cluster) => {
      if (cluster.type === "kind") return [];
      const { name } = cluster;
      try {
        const api = await connectTo(cluster, plan.name, state);
        await api.get("/api/v1/namespaces/kube-system");
        return [];
      } catch (error) {
        return [
          `cluster ${name} exists, but can't be asked: ${(error as Error).message}: start it, or correct ` +
            "its kubeconfig or its context",
        ];
      }
    }),
  );
  return problems.flat();
};

/** The API of a cluster that exists, by the way that the stack reaches it. */
export async function connectTo(
  { name, context: named, kubeconfig }: ExistingClusterPlan,
  topology: string,
  state: State | undefined,
): Promise<KubernetesApi> {
  const context = named ?? notedContext(state, `${topology}-${name}`);
  // As the program reads it, whose directory is the project's.
  const kubeconfigPath = path.resolve(projectDirectory, kubeconfig);
  return connect({ kubeconfigPath, ...(context !== undefined && { context }) });
}
