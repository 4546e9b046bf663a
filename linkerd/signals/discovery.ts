import { linkerdNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { parseMetrics, sampleOf } from "../../kubernetes/metrics.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { isLive } from "../../kubernetes/pods.ts";
import { corePath, destinationMetricsPort } from "../names.ts";
import { whyAtRest } from "./at-rest.ts";

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

/** `unread`: what couldn't be looked at, so that it may be otherwise than it is said. */
export type DiscoveryLook =
  | { readonly done: true; readonly value: { readonly pods: number } }
  | {
      readonly done: false;
      readonly seen: string;
      readonly unread?: string;
      /** What somebody scaled to 0: waiting doesn't help. */
      readonly atRest?: string;
    };

/** The pods of linkerd-destination, but for those that are on their way out. */
export async function destinationPods(api: KubernetesApi): Promise<readonly Pod[]> {
  const items = await listAll<Pod>(api, corePath(linkerdNamespace, "pods"), {
    labelSelector: "linkerd.io/control-plane-component=destination",
  });
  return items.filter(isLive);
}

/** How a person looks further. */
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
    if (!(error instanceof KubernetesApiError) || error.status === 401) throw error;
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
