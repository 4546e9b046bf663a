import type { KubernetesApi } from "./api.ts";
import { isNotFound } from "./errors.ts";
import type { Deployment, Metadata } from "./objects.ts";
import { getIfThere } from "./optional.ts";

/** Kinds of workloads whose pods are recreated when their template changes. */
const plurals: Readonly<Record<string, string>> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};

/** What a Deployment, a StatefulSet and a DaemonSet tell of a rollout, each in part. */
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

/** Whether something recreates pods of this workload when it is asked to. @param workload `Kind/name` */
export function isRestartable(workload: string | undefined): workload is string {
  return (workload?.split("/")[0] ?? "") in plurals;
}

/**
 * Recreates the pods of a workload, one after the other, as `kubectl rollout restart` does.
 *
 * @param workload `Kind/name`
 * @returns `rolling` while its pods are being recreated already, which another restart would only begin
 *   again; `gone` where there is no such workload
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

/** Whether the pods of a workload are being recreated. One that is gone is not. */
export async function isRolling(
  api: KubernetesApi,
  namespace: string,
  workload: string,
): Promise<boolean> {
  const found = await getIfThere<Workload>(api, workloadPath(namespace, workload));
  return found !== undefined && isRollingOut(found);
}

/** Whether pods of an earlier template of a Deployment are left, or its controller has yet to look. */
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

/** Whether pods of an earlier template are still there, or of the present one not yet. */
export function isRollingOut({ metadata, spec, status = {} }: Workload): boolean {
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return true;
  if (status.desiredNumberScheduled !== undefined) {
    return (status.updatedNumberScheduled ?? 0) < status.desiredNumberScheduled;
  }
  if (status.updateRevision !== undefined) return status.currentRevision !== status.updateRevision;
  const updated = status.updatedReplicas ?? 0;
  return updated < (spec?.replicas ?? 1) || (status.replicas ?? 0) > updated;
}
