import { setTimeout as sleep } from "node:timers/promises";
import { timeLimits } from "../../system/time-limits.ts";
import type { ClusterAccess, KubernetesApi } from "../../kubernetes/api.ts";
import { isAnotherCluster, isUnreachable, NoKubeconfig } from "../../kubernetes/errors.ts";
import { isOwnFile } from "../../system/state-directory.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context } from "../server/index.ts";
import type { Access, AccessByCluster } from "./inputs.ts";

/** The access to the cluster that a gate's inputs name. */
export function accessOf({ kubeconfig = "", kubeconfigPath, context, clusterUid }: Access) {
  return {
    ...(kubeconfigPath === undefined ? { kubeconfig } : { kubeconfigPath }),
    ...(context !== undefined && { context }),
    ...(clusterUid !== undefined && { uid: clusterUid }),
  } satisfies ClusterAccess;
}

/** Opens the API of the cluster that a gate's inputs name. */
export async function clusterApi(inputs: Access, signal: AbortSignal): Promise<KubernetesApi> {
  // Loaded on demand: a run of the engine that changes nothing never gets here.
  const { connect } = await import("../../kubernetes/connect.ts");
  return connect(accessOf(inputs), { signal });
}

/**
 * Opens the API of every cluster that the inputs name (`accessByCluster`). The keys are the clusters' names.
 */
export async function clusterApis(
  inputs: AccessByCluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KubernetesApi>> {
  const names = Object.keys({ ...inputs.kubeconfigPaths, ...inputs.kubeconfigs });
  const opened = names.map(
    async (cluster) => [cluster, await clusterApi(accessAmong(inputs, cluster), signal)] as const,
  );
  return new Map(await Promise.all(opened));
}

/** The access to one of several clusters, as inputs of a resource of one cluster. */
export function accessAmong(inputs: AccessByCluster, cluster: string): Access {
  const access = {
    kubeconfigPath: inputs.kubeconfigPaths?.[cluster],
    kubeconfig: inputs.kubeconfigs?.[cluster],
    context: inputs.contexts?.[cluster],
    clusterUid: inputs.clusterUids?.[cluster],
  };
  return Object.fromEntries(Object.entries(access).filter(([, value]) => (value ?? "") !== ""));
}

/**
 * Nothing answers, or something with another authority does: Docker gives a freed port to the next cluster.
 */
export function isSilent(error: unknown): boolean {
  return isUnreachable(error) || isAnotherCluster(error);
}

/**
 * Whether the cluster no longer exists. A silent kind cluster has been removed or will be recreated, because
 * its kubeconfig leads to it alone. If the package didn't create the cluster, silence proves nothing: a
 * person must say that it is gone, by the Kubernetes provider's variable.
 */
export function isClusterGone(error: unknown, access: Access): boolean {
  if (!isSilent(error)) return false;
  return !outlivesStack(access) || unreachableIsGone();
}

/**
 * A cluster that the package didn't create. States of earlier versions have no UID of it, but its kubeconfig is a
 * person's file; those of kind clusters are where the provider kind writes them.
 */
function outlivesStack({ clusterUid, kubeconfigPath }: Access): boolean {
  return clusterUid !== undefined || (kubeconfigPath !== undefined && !isOwnFile(kubeconfigPath));
}

/** By which a person says so to the Kubernetes provider as well. */
export const unreachableVariable = "PULUMI_K8S_DELETE_UNREACHABLE";

/** A person said that clusters that do not answer are gone. */
export function unreachableIsGone(): boolean {
  return ["1", "t", "true"].includes((process.env[unreachableVariable] ?? "").toLowerCase());
}

/** How a person says that a cluster that doesn't answer is gone. */
export const howToGiveUp =
  "start it, or restore its kubeconfig; if the cluster is gone for good, run the command again with " +
  `${unreachableVariable}=true`;

/**
 * Looks at a cluster for a `read`.
 * @returns undefined if the cluster is gone, or its kubeconfig with it
 */
export async function lookIfThere<T>(
  inputs: Access,
  signal: AbortSignal,
  look: (api: KubernetesApi) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look(await openSoon(inputs, signal));
  } catch (error) {
    if (isClusterGone(error, inputs)) return undefined;
    if (error instanceof NoKubeconfig && !outlivesStack(inputs)) return undefined;
    throw withWaysOut(error);
  }
}

/** An error that says what to do, if a cluster that outlives the stack doesn't answer or can't be reached. */
export function withWaysOut(error: unknown): unknown {
  if (!(error instanceof NoKubeconfig) && !isUnreachable(error)) return error;
  return new Error(`${(error as Error).message}. Nothing was changed: ${howToGiveUp}`, {
    cause: error,
  });
}

/** The same refresh restores a kind cluster's lost kubeconfig. */
async function openSoon(inputs: Access, signal: AbortSignal): Promise<KubernetesApi> {
  const deadline = performance.now() + timeLimits.clusterSilent;
  for (;;) {
    try {
      return await clusterApi(inputs, signal);
    } catch (error) {
      if (!(error instanceof NoKubeconfig) || performance.now() > deadline) throw error;
    }
    await sleep(250, undefined, { signal });
  }
}

/**
 * Opens a cluster to remove something that was created there earlier.
 *
 * @param silence how long the cluster may be silent before it counts as gone, in milliseconds
 * @returns undefined if the cluster is gone with everything in it
 * @throws if it can't be reached, or it is unknown whether it is the same cluster; nothing was removed then
 */
export async function clusterToCleanUp(
  access: Access,
  context: Context,
  silence: number = timeLimits.clusterSilent,
): Promise<KubernetesApi | undefined> {
  const api = await openToCleanUp(access, context.signal);
  const silent = await silenceOf(api, context, silence);
  if (silent === undefined) return api;
  if (!isClusterGone(silent, access)) {
    throw new Error(
      `what the stack made in the cluster at ${api.server} can't be removed: ${silent.message}. ` +
        `Nothing was changed: ${howToGiveUp}`,
      { cause: silent },
    );
  }
  context.log(
    "info",
    `the cluster at ${api.server} is gone, with everything that was to be removed`,
  );
  return undefined;
}

async function openToCleanUp(access: Access, signal: AbortSignal): Promise<KubernetesApi> {
  try {
    await refuseUncertain(access);
    return await clusterApi(access, signal);
  } catch (error) {
    throw withWaysOut(error);
  }
}

/** The file has several contexts and none was recorded, so any of them may have been current. */
async function refuseUncertain({ kubeconfigPath: file, clusterUid, context }: Access) {
  if (file === undefined || clusterUid !== undefined || context !== undefined) return;
  const { readContexts } = await import("../../kubernetes/connect.ts");
  const { names, current = "none" } = await readContexts({ kubeconfigPath: file });
  if (names.length < 2) return;
  throw new Error(
    `an earlier version of linkerd-topology created this stack, and did not record which of the contexts ` +
      `of ${file} is its cluster (${names.join(", ")}; current is ${current}). Nothing was removed. Make the ` +
      "right context the current one and run `up`, which records it; then run this again",
  );
}

/** The last error of a cluster that didn't answer for that long. A short silence may be a restart. */
async function silenceOf(
  api: KubernetesApi,
  context: Context,
  silence: number,
): Promise<Error | undefined> {
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
      signal: context.signal,
    });
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    if (isSilent(last)) return last as Error;
    throw error;
  }
}
