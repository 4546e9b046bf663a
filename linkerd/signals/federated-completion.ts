import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Look } from "../../kubernetes/wait.ts";
import { type FederatedLook, type FederatedService, lookAtFederated, nudge } from "./federated.ts";

/**
 * Looks repeatedly whether a federated Service has its members, and touches those that stay out. If two
 * service mirrors create the Service at once, one of them leaves its member out for good and reports that it
 * joined.
 */
export function completingFederated(
  apis: ReadonlyMap<string, KubernetesApi>,
  wanted: FederatedService,
): () => Promise<Look<FederatedLook>> {
  let touched = performance.now();
  return async () => {
    const found = await lookAtFederated(apis, wanted);
    if (found.missing.length === 0) return { done: true, value: found };
    const now = performance.now();
    if (now - touched >= timeLimits.federatedMemberMissing) {
      touched = now;
      for (const member of new Set(found.missing.map(({ member }) => member))) {
        await nudge(apis, wanted, member);
      }
    }
    return { done: false, seen: found.missing.map(({ seen }) => seen).join("; ") };
  };
}
