import { timeLimits } from "../../system/time-limits.ts";
import { restartDeployment } from "../../linkerd/cures.ts";
import type { LinkRef } from "../../linkerd/signals/link.ts";
import { whoIsLetIn } from "../../linkerd/signals/let-in.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context } from "../server/index.ts";
import { clusterApi, isSilent } from "./cluster-api.ts";
import type { Access } from "./inputs.ts";

/**
 * Runs after a target has revoked the account of a source. It recreates the source's pods that still hold
 * what the target once told them, and waits until no pod does. This is necessary because an API server checks
 * rights only when a request begins, and a watch lasts up to ten minutes.
 *
 * A source that doesn't answer can't be asked, and that must not stop the revocation.
 */
export async function cutOff(
  ref: LinkRef & Access & { readonly discovery: boolean },
  context: Context,
): Promise<void> {
  const since = new Date();
  const restarted = new Set<string>();
  try {
    const api = await clusterApi(ref, context.signal);
    // The wait below would last until an unreachable source returns.
    await api.get("/version");
    await waitFor({
      what: `waiting until ${ref.link} admits nobody at ${api.server}`,
      limit: timeLimits.linkCutOff,
      look: async () => {
        const letIn = await whoIsLetIn(api, ref, ref.discovery);
        for (const one of letIn) {
          if (restarted.has(one.deployment)) continue;
          if (!(await restartDeployment(api, one.namespace, one.deployment, since))) continue;
          restarted.add(one.deployment);
          context.log("info", `restarted ${one.deployment}, which ${ref.link} no longer admits`);
        }
        return letIn.length === 0
          ? { done: true, value: undefined }
          : { done: false, seen: `${letIn.map(({ pod }) => pod).join(", ")} still in` };
      },
      further: `Look further with: kubectl -n ${ref.namespace} get pods,links`,
      signal: context.signal,
    });
  } catch (error) {
    if (!isSilent(error)) throw error;
    context.log(
      "warning",
      `the source of the Link to ${ref.link} does not answer. Its account is gone, but what it watches ` +
        "already it may keep watching for up to ten minutes",
    );
  }
}
