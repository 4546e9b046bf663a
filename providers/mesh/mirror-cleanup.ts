import { timeLimits } from "../../system/time-limits.ts";
import { TimeLimitReached, waitFor } from "../../kubernetes/wait.ts";
import { type Context, messageOf } from "../server/index.ts";
import { clusterToCleanUp } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { type Access, accessInputs } from "./inputs.ts";
import { linkInputs } from "./link-ready.ts";
import { type FormerLink, furtherAboutMirrors, lookAtLetGo, sweepMirrors } from "./mirrors.ts";

export const mirrorCleanup = gate({
  name: "MirrorCleanup",
  description:
    "Does nothing on creation. On deletion it removes from the source what the Link's service mirror leaves " +
    "behind: mirror Services and Endpoints of that target, its membership in federated Services, the Lease.\n\n" +
    "The Link must depend on it, so that it is deleted after the Link: while the Link exists, a service " +
    "mirror recreates what was removed. It removes nothing while a Link of that name exists.",
  example: `
const cleanup = new MirrorCleanup("west-east", { kubeconfig, link: "east" });
const link = new k8s.apiextensions.CustomResource("west-east", {...}, { dependsOn: [cleanup] });
new LinkReady("west-east", { kubeconfig, link: "east", gateway: true, triggers: [link.metadata.uid] });
`,
  inputs: { ...accessInputs, ...linkInputs },
  outputs: {},
  id: ({ namespace, link }) => `${namespace}/${link}`,
  create: () => Promise.resolve({}),
  delete: (state, context) => cleanUp(state, context),
});

/** @param silence how long the cluster may be silent before it counts as gone, in milliseconds */
export async function cleanUp(
  { namespace, link, ...access }: FormerLink & Access,
  context: Context,
  silence: number = timeLimits.clusterSilent,
): Promise<void> {
  const ref = { namespace, link };
  const api = await clusterToCleanUp(access, context, silence);
  if (api === undefined) return;
  context.status("waiting for the service mirror to let go of the Link");
  let looked = false;
  const letGo = await waitFor({
    what: `waiting for the service mirror at ${api.server} to let go of the Link ${ref.link}`,
    limit: timeLimits.linkLetGo,
    look: async () => {
      looked = false;
      const look = await lookAtLetGo(api, ref);
      looked = true;
      return look;
    },
    further: furtherAboutMirrors(ref),
    signal: context.signal,
  }).catch((error: unknown) => {
    context.signal.throwIfAborted();
    // Nothing was seen, so a Link of that name may exist and own the mirrors.
    if (!(error instanceof TimeLimitReached) || !looked) throw error;
    // A service mirror that hangs must not keep its Link's leftovers for ever.
    context.log("warning", messageOf(error));
    return "let go" as const;
  });
  if (letGo === "link exists") {
    context.log("info", `there is a Link ${ref.link}: what belongs to it stays`);
    return;
  }
  context.status("removing mirrors");
  await waitFor({
    what: `removing what the Link ${ref.link} left at ${api.server}`,
    limit: timeLimits.mirrorFollows,
    look: () => sweepMirrors(api, ref),
    further: furtherAboutMirrors(ref),
    signal: context.signal,
  });
}
