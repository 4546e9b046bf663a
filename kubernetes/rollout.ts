import type { KubernetesApi } from "./api.ts";
import { isNotFound } from "./errors.ts";
import type { Deployment, Metadata } from "./objects.ts";
import { getIfThere } from "./optional.ts";

/** Kinds of workloads that recreate their pods when the template changes. */
const plurals: Readonly<Record<string, string>> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};

/** The parts of a Deployment, a StatefulSet and a DaemonSet that show a rollout. */
interface Workload {
  readonly metadata: Metadata;
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
  };
}

/** Whether pods of this workload can be recreated by a restart. @param workload `Kind/name` */
export function isRestartable(workload: string | undefined): workload is string {
  return (workload?.split("/")[0] ?? "") in plurals;
}

/**
 * Recreates the pods of a workload, one after the other, as `kubectl rollout restart` does.
 *
 * @param workload `Kind/name`
 * @returns `rolling` during a rollout, which another restart would only begin again; `gone` if the workload
 *   doesn't exist
 */
export async function restartWorkload(
  api: KubernetesApi,
  namespace: string,
  workload: string,
): Promise<"restarted" | "rolling" | "gone"> {
  const path = workloadPath(namespace, workload);
  try {
    const found = await api.get<Workload>(path);
    if (isRollingOut(found)) return "rolling";
    const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
    await api.patch(path, { spec: { template: { metadata: { annotations } } } });
    return "restarted";
  } catch (error) {
    if (isNotFound(error)) return "gone";
    throw error;
  }
}

/** Whether a rollout of the workload is in progress. False if it doesn't exist. */
export async function isRolling(
  api: KubernetesApi,
  namespace: string,
  workload: string,
): Promise<boolean> {
  const found = await getIfThere<Workload>(api, workloadPath(namespace, workload));
  return found !== undefined && isRollingOut(found);
}

/** Whether a Deployment still has pods of an earlier template, or its controller has yet to look. */
export function hasOlderPods({ metadata, status = {} }: Deployment): boolean {
  return (
    (status.observedGeneration ?? 0) < (metadata.generation ?? 0) ||
    (status.replicas ?? 0) > (status.updatedReplicas ?? 0)
  );
}

/** Path of a workload. @param workload `Kind/name` */
export function workloadPath(namespace: string, workload: string): string {
  const [kind = "", name = ""] = workload.split("/");
  return `/apis/apps/v1/namespaces/${namespace}/${plurals[kind] ?? ""}/${name}`;
}

/** Whether pods of an earlier template still exist, or some of the present one are missing. */
export function isRollingOut({ metadata, spec, status = {} }: Workload): boolean {
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return true;
  if (status.desiredNumberScheduled !== undefined) {
    return (status.updatedNumberScheduled ?? 0) < status.desiredNumberScheduled;
  }
  if (status.updateRevision !== undefined) return status.currentRevision !== status.updateRevision;
  const updated = status.updatedReplicas ?? 0;
  return updated < (spec?.replicas ?? 1) || (status.replicas ?? 0) > updated;
}
