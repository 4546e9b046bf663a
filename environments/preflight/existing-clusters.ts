import path from "node:path";
import { connect } from "../../kubernetes/connect.ts";
import { projectDirectory } from "../paths.ts";
import { notedContext } from "../same-clusters.ts";
import type { PreflightCheck } from "./check.ts";

/** A cluster that exists has to answer; nothing of the others is begun before. */
export const checkExistingClusters: PreflightCheck = async ({ plan, state }) => {
  const problems = await Promise.all(
    plan.clusters.map(async (cluster) => {
      if (cluster.type === "kind") return [];
      const { name } = cluster;
      const context = cluster.context ?? notedContext(state, `${plan.name}-${name}`);
      // As the program reads it, whose directory is the project's.
      const kubeconfigPath = path.resolve(projectDirectory, cluster.kubeconfig);
      try {
        const api = await connect({ kubeconfigPath, ...(context !== undefined && { context }) });
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
