import type { KubernetesApi } from "../kubernetes/api.ts";
import { KubernetesApiError } from "../kubernetes/errors.ts";
import { parseMetrics, sampleOf } from "../kubernetes/metrics.ts";
import { listAll } from "../kubernetes/list-all.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { isLive } from "../kubernetes/pods.ts";
import { controlPlaneNamespace, corePath, destinationMetricsPort } from "../names.ts";
import type { Look } from "../wait.ts";

/**
 * Whether every pod of linkerd-destination watches a target's Services, which traffic from pod to pod
 * follows from. It opens a target once, when the credentials appear or when it starts itself, and never
 * again where the target's API didn't answer just then; everything else in the cluster looks well.
 *
 * The gauge of a target's Services is there once its API was opened, and above zero once it could be
 * listed: there is always the Service `kubernetes`.
 *
 * @param target name of the target
 */
export async function lookAtDiscovery(
  api: KubernetesApi,
  target: string,
): Promise<Look<{ readonly pods: number }>> {
  const pods = await destinationPods(api);
  if (pods.length === 0) return { done: false, seen: "there is no pod of linkerd-destination" };
  const troubles = await Promise.all(
    pods.map(({ metadata }) => troubleOfPod(api, metadata.name, target)),
  );
  const seen = troubles.filter((trouble) => trouble !== undefined);
  return seen.length === 0
    ? { done: true, value: { pods: pods.length } }
    : { done: false, seen: seen.join("; ") };
}

/** The pods of linkerd-destination, but for those that are on their way out. */
export async function destinationPods(api: KubernetesApi): Promise<readonly Pod[]> {
  const items = await listAll<Pod>(api, corePath(controlPlaneNamespace, "pods"), {
    labelSelector: "linkerd.io/control-plane-component=destination",
  });
  return items.filter(isLive);
}

/** How a person looks further. */
export const furtherAboutDiscovery = `Look further with: kubectl -n ${controlPlaneNamespace} logs deploy/linkerd-destination -c destination | grep cluster-store`;

async function troubleOfPod(
  api: KubernetesApi,
  pod: string,
  target: string,
): Promise<string | undefined> {
  let text: string;
  try {
    text = await api.podText(controlPlaneNamespace, pod, destinationMetricsPort, "/metrics");
  } catch (error) {
    if (!(error instanceof KubernetesApiError) || error.status === 401) throw error;
    return `the metrics of pod ${pod} can't be read (${error.message})`;
  }
  const services = sampleOf(parseMetrics(text), "service_cache_size", { cluster: target });
  if (services === undefined) return `pod ${pod} does not watch ${target}`;
  return services > 0 ? undefined : `pod ${pod} could not list the Services of ${target} yet`;
}
