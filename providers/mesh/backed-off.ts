import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { statusesOf } from "../../kubernetes/pods.ts";
import { clusterNameLabel, corePath } from "../../linkerd/names.ts";
import type { LinkRef } from "../../linkerd/signals/link.ts";

/**
 * Pods of a Link's service mirror in CrashLoopBackOff: the kubelet waits longer and longer before it restarts
 * them, up to five minutes. A service mirror that the target refuses exits within a minute, again and again
 * (`waitForCacheSync` in linkerd2's controller/k8s/k8s.go).
 */
export async function backedOffPods(
  api: KubernetesApi,
  { namespace, link }: LinkRef,
): Promise<readonly string[]> {
  const items = await listAll<Pod>(api, corePath(namespace, "pods"), {
    labelSelector: `component=controller,${clusterNameLabel}=${link}`,
  });
  return items
    .filter((pod) =>
      statusesOf(pod).some(({ state }) => state?.waiting?.reason === "CrashLoopBackOff"),
    )
    .map(({ metadata }) => metadata.name);
}
