import type { Pod } from "../../kubernetes/objects.ts";
import { isReady, proxyOf, troubleOf } from "../../kubernetes/pods.ts";
import { columns } from "../render/table.ts";

/** A pod with the node that it is on. */
export type ScheduledPod = Pod & { readonly spec: { readonly nodeName?: string } };

/** Every pod in a line; no pod's own settings, which are its owner's affair. */
export function podsText(pods: readonly ScheduledPod[]): string {
  const head = ["NAMESPACE", "NAME", "READY", "RESTARTS", "PROXY", "ADDRESS", "NODE", "STATE"];
  return columns([
    head,
    ...pods.map((pod) => [
      pod.metadata.namespace ?? "",
      pod.metadata.name,
      isReady(pod) ? "yes" : "no",
      `${(pod.status?.containerStatuses ?? []).reduce((sum, one) => sum + (one.restartCount ?? 0), 0)}`,
      proxyOf(pod)?.image ?? "none",
      (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(","),
      pod.spec.nodeName ?? "",
      isReady(pod) ? (pod.status?.phase ?? "") : troubleOf(pod),
    ]),
  ]);
}
