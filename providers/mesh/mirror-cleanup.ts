import { timeLimits } from "../../system/time-limits.ts";
import { TimeLimitReached, waitFor } from "../../kubernetes/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { messageOf } from "../server/index.ts";
import { clusterToCleanUp } from "./cluster-api.ts";
import { accessInputs, checkInputs, diffInCluster, outputsOf, schemaOf, text } from "./inputs.ts";
import { linkInputs } from "./link-ready.ts";
import { furtherAboutMirrors, lookAtLetGo, sweepMirrors } from "./mirrors.ts";

const inputs = { ...accessInputs, ...linkInputs };

/** Removes what a Link leaves behind in its source, when it is deleted. */
export const mirrorCleanup: Resource = {
  type: "linkerd-topology:index:MirrorCleanup",
  schema: schemaOf(
    "When it is deleted, after the Link: removes what the Link's service mirror leaves behind.",
    inputs,
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs, ["namespace", "link"]),
  create: (request) =>
    Promise.resolve({
      id: `${text(request.inputs, "namespace")}/${text(request.inputs, "link")}`,
      outputs: outputsOf(request.inputs),
    }),
  update: (request) => Promise.resolve(outputsOf(request.newInputs)),
  read: (request) =>
    Promise.resolve({
      id: request.id,
      inputs: request.inputs,
      outputs: outputsOf(request.outputs),
    }),
  delete: (request, context) => cleanUp(request.outputs, context),
};

/**
 * @param silence how long the cluster may be silent before it counts as gone, in milliseconds
 */
export async function cleanUp(
  properties: PropertyMap,
  context: Context,
  silence: number = timeLimits.clusterSilent,
): Promise<void> {
  const ref = { namespace: text(properties, "namespace"), link: text(properties, "link") };
  const api = await clusterToCleanUp(properties, context, silence);
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
    // Without a look there may be a Link of that name, to which the mirrors belong.
    if (!(error instanceof TimeLimitReached) || !looked) throw error;
    // A service mirror that hangs must not keep its Link's remains for ever.
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
