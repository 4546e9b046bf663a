import { timeLimits } from "../../system/time-limits.ts";
import { restartDeployment } from "../../linkerd/cures.ts";
import type { LinkRef } from "../../linkerd/signals/link.ts";
import { whoIsLetIn } from "../../linkerd/signals/let-in.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context } from "../server/index.ts";
import { clusterApi, isSilent } from "./cluster-api.ts";
import type { Access } from "./inputs.ts";

/**
 * After a target has revoked the account of a source: recreates what in the source still holds what the
 * target once told it, and waits until nobody does. An API server asks after the rights of a request when
 * it comes, not while it lasts, and a watch lasts up to ten minutes.
 *
 * A source that doesn't answer can't be asked, and must not keep its account for that.
 */
export async function cutOff(
  ref: LinkRef & Access & { readonly discovery: boolean },
  context: Context,
): Promise<void> {
  const since = new Date();
  const restarted = new Set<string>();
  try {
    const api = await clusterApi(ref, context.signal);
    // Its own waiting would go on for as long as it takes an unreachable one to return.
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
