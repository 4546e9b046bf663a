import { timeLimits } from "../../planning/time-limits.ts";
import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import {
  isAnotherCluster,
  isUnreachable,
  NoKubeconfig,
} from "../../verification/kubernetes/errors.ts";
import { waitFor } from "../../verification/wait.ts";
import type { Context, PropertyMap } from "../server/index.ts";
import { text, texts } from "./inputs.ts";

/** Opens the API of the cluster that a gate's inputs name. */
export async function clusterApi(inputs: PropertyMap, signal: AbortSignal): Promise<KubernetesApi> {
  // Loaded when it is needed: a run of the engine that changes nothing never gets here.
  const { connect } = await import("../../verification/kubernetes/connect.ts");
  const context = text(inputs, "context");
  const kubeconfigPath = text(inputs, "kubeconfigPath");
  return connect(
    {
      ...(kubeconfigPath === "" ? { kubeconfig: text(inputs, "kubeconfig") } : { kubeconfigPath }),
      ...(context === "" ? {} : { context }),
    },
    { signal },
  );
}

/** Opens the API of every cluster that inputs name (`accessByCluster`), by its name. */
export async function clusterApis(
  inputs: PropertyMap,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KubernetesApi>> {
  const paths = texts(inputs, "kubeconfigPaths");
  const contents = texts(inputs, "kubeconfigs");
  const contexts = texts(inputs, "contexts");
  const opened = [...new Set([...Object.keys(paths), ...Object.keys(contents)])].map(
    async (cluster) => {
      const access = {
        kubeconfigPath: paths[cluster] ?? "",
        kubeconfig: contents[cluster] ?? "",
        context: contexts[cluster] ?? "",
      };
      return [cluster, await clusterApi(access, signal)] as const;
    },
  );
  return new Map(await Promise.all(opened));
}

/** The cluster isn't there any more, as far as can be told from here. */
export function isClusterGone(error: unknown): boolean {
  return isUnreachable(error) || isAnotherCluster(error);
}

/**
 * Looks at a cluster for a `read`.
 * @returns undefined where the cluster is gone, or its kubeconfig with it
 */
export async function lookIfThere<T>(
  inputs: PropertyMap,
  signal: AbortSignal,
  look: (api: KubernetesApi) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look(await clusterApi(inputs, signal));
  } catch (error) {
    if (isClusterGone(error) || error instanceof NoKubeconfig) return undefined;
    throw error;
  }
}

/** False if the cluster isn't there; a silence may be one of a restart, so it has to last. */
export async function answers(
  api: KubernetesApi,
  context: Context,
  silence: number = timeLimits.clusterSilent,
): Promise<boolean> {
  let last: unknown;
  try {
    await waitFor({
      what: `waiting for an answer of ${api.server}`,
      limit: silence,
      look: async () => {
        try {
          await api.get("/version");
        } catch (error) {
          last = error;
          throw error;
        }
        return { done: true, value: undefined };
      },
      further: "",
      signal: context.signal,
    });
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    if (isClusterGone(last)) return false;
    throw error;
  }
}
