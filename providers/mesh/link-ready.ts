import { timeLimits } from "../../planning/time-limits.ts";
import { getIfThere } from "../../verification/kubernetes/optional.ts";
import { linkPath, multiclusterNamespace } from "../../verification/names.ts";
import type { LinkRef } from "../../verification/signals/link.ts";
import { furtherAboutLink, lookAtLink } from "../../verification/signals/link.ts";
import { waitFor } from "../../verification/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApi, isClusterGone } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import { accessInputs, checkInputs, outputsOf, schemaOf, text, triggersInput } from "./inputs.ts";

/** Inputs that name a Link. */
export const linkInputs = {
  namespace: {
    type: "string",
    default: multiclusterNamespace,
    description: "Namespace of the Link and of its service mirror.",
  },
  link: { type: "string", description: "Name of the Link, which is the target's." },
} as const satisfies Readonly<Record<string, InputSchema>>;

const inputs = {
  ...accessInputs,
  ...linkInputs,
  gateway: { type: "boolean", description: "Whether the Link has a gateway." },
  ...triggersInput,
} as const satisfies Readonly<Record<string, InputSchema>>;

/** Exists once the source's service mirror has taken up the Link. */
export const linkReady: Resource = {
  type: "linkerd-topology:index:LinkReady",
  schema: schemaOf(
    "Exists once the source's service mirror has taken up the Link and the target let it in.",
    inputs,
    {
      controllerPod: { type: "string", description: "The service mirror's pod that works on it." },
    },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, ["namespace", "link"]),
  create: async (request, context) => ({
    id: `${text(request.inputs, "namespace")}/${text(request.inputs, "link")}`,
    outputs: await proved(request.inputs, context),
  }),
  update: (request, context) => proved(request.newInputs, context),
  read: async (request, context) => {
    const { namespace, link } = refOf(request.outputs);
    const api = await clusterApi(request.outputs, context.signal);
    try {
      if ((await getIfThere(api, linkPath(namespace, link))) === undefined) return undefined;
    } catch (error) {
      if (isClusterGone(error)) return undefined;
      throw error;
    }
    return { id: request.id, inputs: request.inputs, outputs: outputsOf(request.outputs) };
  },
  delete: async () => {
    // What the Link leaves behind is removed after it, by MirrorCleanup.
  },
};

function refOf(properties: PropertyMap): LinkRef {
  return {
    namespace: text(properties, "namespace"),
    link: text(properties, "link"),
    gateway: properties["gateway"] === true,
  };
}

async function proved(properties: PropertyMap, context: Context): Promise<PropertyMap> {
  const ref = refOf(properties);
  const api = await clusterApi(properties, context.signal);
  const { controllerPod } = await waitFor({
    what: `waiting for the service mirror at ${api.server} to take up the Link ${ref.link}`,
    limit: timeLimits.linkTakenUp,
    look: () => lookAtLink(api, ref),
    further: furtherAboutLink(ref),
    signal: context.signal,
    onSeen: (seen) => context.status(`waiting for the service mirror: ${seen}`),
  });
  return outputsOf(properties, { controllerPod });
}
