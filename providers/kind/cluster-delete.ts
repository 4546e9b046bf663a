import type { Context, DeleteRequest } from "../server/index.ts";
import { toClusterInputs } from "./cluster-inputs.ts";
import { timeLimits } from "./constants.ts";
import { findContainers, removeContainers } from "./containers.ts";
import { removeKubeconfig } from "./kubeconfig-file.ts";
import { judge } from "./ownership.ts";

/** Removes the cluster of exactly this generation. A cluster that took its place isn't touched. */
export async function deleteCluster(
  { outputs, inputs }: DeleteRequest,
  context: Context,
): Promise<void> {
  const made = toClusterInputs({ ...outputs, ...inputs });
  const containers = await findContainers(made.name, [], context.signal);
  const verdict = judge(containers, made);
  if (verdict.is === "foreign" || verdict.is === "older") return;
  await removeContainers(containers, timeLimits.clusterDelete);
  await removeKubeconfig(made.kubeconfigPath);
}
