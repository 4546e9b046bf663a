import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Deployment, Pod } from "../../kubernetes/objects.ts";
import { deploymentOf, isLive, isReady, proxyOf, troubleOf } from "../../kubernetes/pods.ts";
import { corePath, noDataPlane } from "../../linkerd/names.ts";
import type { DataPlane, ProxyStatus, WorkloadStatus } from "../status.ts";

export interface WorkloadFacts {
  readonly workloads: readonly WorkloadStatus[];
  readonly proxies: readonly ProxyStatus[];
  readonly dataPlane: DataPlane;
}

/**
 * The workloads of Linkerd and of its multi-cluster extension.
 *
 * @param further namespaces of other extensions
 */
export async function observeWorkloads(
  api: KubernetesApi,
  further: readonly string[],
): Promise<WorkloadFacts> {
  const parts = await Promise.all(
    [linkerdNamespace, multiclusterNamespace, ...further].map((namespace) =>
      inNamespace(api, namespace),
    ),
  );
  const proxies = parts.flatMap((part) => part.proxies);
  return {
    workloads: parts.flatMap((part) => part.workloads),
    proxies,
    dataPlane: dataPlaneOf(proxies.flatMap(({ image }) => (image === undefined ? [] : [image]))),
  };
}

/** Tells the data plane by the images of the proxies. One stand-in is enough to make it `none`. */
export function dataPlaneOf(images: readonly string[]): DataPlane {
  if (images.length === 0) return "unknown";
  return images.some((image) => image.includes(noDataPlane)) ? "none" : "real";
}

async function inNamespace(
  api: KubernetesApi,
  namespace: string,
): Promise<Pick<WorkloadFacts, "workloads" | "proxies">> {
  const [deployments, pods] = await Promise.all([
    listAll<Deployment>(api, `/apis/apps/v1/namespaces/${namespace}/deployments`),
    listAll<Pod>(api, corePath(namespace, "pods")),
  ]);
  // Finished pods of jobs, and pods that are being deleted, say nothing about what serves.
  const live = pods.filter(isLive);
  return {
    workloads: deployments.map((deployment) => workload(namespace, deployment, live)),
    proxies: live.map((pod) => ({
      namespace,
      pod: pod.metadata.name,
      image: proxyOf(pod)?.image,
    })),
  };
}

function workload(
  namespace: string,
  { metadata, spec, status }: Deployment,
  pods: readonly Pod[],
): WorkloadStatus {
  const wanted = spec?.replicas ?? 1;
  const available = status?.availableReplicas ?? 0;
  const rolledOut =
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted;
  const ready = rolledOut && available >= wanted;
  const stuck = pods
    .filter((pod) => deploymentOf(pod.metadata.name) === metadata.name && !isReady(pod))
    .map(troubleOf);
  const trouble = [
    `${available} of ${wanted} available`,
    ...(rolledOut ? [] : ["being rolled out"]),
    ...new Set(stuck),
  ].join("; ");
  return {
    namespace,
    name: metadata.name,
    ready,
    trouble: ready ? undefined : trouble,
    ...(wanted === 0 && { scaledToNone: true }),
  };
}
