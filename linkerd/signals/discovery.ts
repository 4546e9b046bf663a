import { linkerdNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnauthorized, KubernetesApiError } from "../../kubernetes/errors.ts";
import { parseMetrics, sampleOf } from "../../kubernetes/metrics.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { isLive } from "../../kubernetes/pods.ts";
import { corePath, destinationMetricsPort } from "../names.ts";
import { whyAtRest } from "./at-rest.ts";

/**
 * Whether every pod of linkerd-destination watches a target's Services, which traffic from pod to pod needs.
 * A pod opens a target once: when the credentials appear or when the pod starts. If the target's API doesn't
 * answer just then, the pod never tries again, and everything else in the cluster looks fine.
 *
 * The gauge of a target's Services exists once the pod opened the target's API. It is above 0 once the pod
 * could list them, because the Service `kubernetes` always exists.
 *
 * @param target name of the target
 */
export async function lookAtDiscovery(api: KubernetesApi, target: string): Promise<DiscoveryLook> {
  const pods = await destinationPods(api);
  if (pods.length === 0) {
    const atRest = await whyAtRest(api, linkerdNamespace, "linkerd-destination");
    if (atRest !== undefined) return { done: false, seen: atRest, atRest };
    return { done: false, seen: "there is no pod of linkerd-destination" };
  }
  const found = await Promise.all(
    pods.map(({ metadata }) => troubleOfPod(api, metadata.name, target)),
  );
  const troubles = found.filter((trouble) => trouble !== undefined);
  if (troubles.length === 0) return { done: true, value: { pods: pods.length } };
  const unread = troubles.flatMap((one) => (one.unread ? [one.seen] : [])).join("; ");
  return {
    done: false,
    seen: troubles.map(({ seen }) => seen).join("; "),
    ...(unread !== "" && { unread }),
  };
}

/** `unread`: what couldn't be read, so the truth may differ. */
export type DiscoveryLook =
  | { readonly done: true; readonly value: { readonly pods: number } }
  | {
      readonly done: false;
      readonly seen: string;
      readonly unread?: string;
      /** A workload that somebody scaled to 0, so waiting doesn't help. */
      readonly atRest?: string;
    };

/** The pods of linkerd-destination that aren't being deleted. */
export async function destinationPods(api: KubernetesApi): Promise<readonly Pod[]> {
  const items = await listAll<Pod>(api, corePath(linkerdNamespace, "pods"), {
    labelSelector: "linkerd.io/control-plane-component=destination",
  });
  return items.filter(isLive);
}

/** Where a person looks next. */
export const furtherAboutDiscovery = `Look further with: kubectl -n ${linkerdNamespace} logs deploy/linkerd-destination -c destination | grep cluster-store`;

async function troubleOfPod(
  api: KubernetesApi,
  pod: string,
  target: string,
): Promise<{ readonly seen: string; readonly unread: boolean } | undefined> {
  let text: string;
  try {
    text = await api.podText(linkerdNamespace, pod, destinationMetricsPort, "/metrics");
  } catch (error) {
    if (!(error instanceof KubernetesApiError) || isUnauthorized(error)) throw error;
    return { seen: `the metrics of pod ${pod} can't be read (${error.message})`, unread: true };
  }
  const services = sampleOf(parseMetrics(text), "service_cache_size", { cluster: target });
  if (services === undefined) {
    return { seen: `pod ${pod} does not watch ${target}`, unread: false };
  }
  return services > 0
    ? undefined
    : { seen: `pod ${pod} could not list the Services of ${target} yet`, unread: false };
}
