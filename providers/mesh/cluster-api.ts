import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import { isAnotherCluster, isUnreachable } from "../../verification/kubernetes/errors.ts";
import type { PropertyMap } from "../server/index.ts";
import { text } from "./inputs.ts";

/** Opens the API of the cluster that a gate's inputs name. */
export async function clusterApi(inputs: PropertyMap, signal: AbortSignal): Promise<KubernetesApi> {
  // Loaded when it is needed: a run of the engine that changes nothing never gets here.
  const { connect } = await import("../../verification/kubernetes/connect.ts");
  const context = text(inputs, "context");
  return connect(
    { kubeconfig: text(inputs, "kubeconfig"), ...(context === "" ? {} : { context }) },
    { signal },
  );
}

/** The cluster isn't there any more, as far as can be told from here. */
export function isClusterGone(error: unknown): boolean {
  return isUnreachable(error) || isAnotherCluster(error);
}
