import type { Context, PropertyMap, UpdateRequest } from "../server/index.ts";
import { finishCluster } from "./cluster-finish.ts";
import { toClusterInputs } from "./cluster-inputs.ts";
import { nodesReady, openCluster } from "./cluster-state.ts";
import { timeLimits } from "./constants.ts";
import { findContainers } from "./containers.ts";
import { judge } from "./ownership.ts";
import { networkGone } from "./rejoin.ts";
import { startContainers } from "./start-containers.ts";

/** Changes in place what can be changed: images in the nodes, DNS's TTL, the path of the kubeconfig file. */
export async function updateCluster(
  { oldInputs, newInputs }: UpdateRequest,
  context: Context,
): Promise<PropertyMap> {
  const { signal } = context;
  const inputs = toClusterInputs(newInputs);
  const found = await findContainers(inputs.name, [], signal);
  const { is } = judge(found, inputs);
  if (is === "adrift") throw networkGone(inputs, found);
  if (is !== "same") {
    throw new Error(
      `the cluster ${JSON.stringify(inputs.name)} is gone, or is no longer the one that this stack created. ` +
        "Run `pulumi refresh`; the next `pulumi up` recreates it.",
    );
  }
  const containers = await startContainers(found, context);
  const access = await openCluster(containers, timeLimits.apiServerAnswers, signal);
  await nodesReady(access.api, containers, signal);
  return finishCluster(inputs, containers, access, context, toClusterInputs(oldInputs));
}
