import { timeLimits } from "../../planning/time-limits.ts";
import { OnceAfter, restartDeployment, restartPod } from "../../verification/cures.ts";
import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import type { LinkObject } from "../../verification/kubernetes/objects.ts";
import { getIfThere } from "../../verification/kubernetes/optional.ts";
import {
  controlPlaneNamespace,
  destinationDeployment,
  linkPath,
  multiclusterNamespace,
} from "../../verification/names.ts";
import { furtherAboutDiscovery, lookAtDiscovery } from "../../verification/signals/discovery.ts";
import type { LinkLook, LinkRef } from "../../verification/signals/link.ts";
import { furtherAboutLink, lookAtLink } from "../../verification/signals/link.ts";
import { waitFor } from "../../verification/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import { accessInputs, checkInputs, outputsOf, schemaOf, text, triggersInput } from "./inputs.ts";
import { againUnless } from "./settled.ts";

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
  discovery: {
    type: "boolean",
    default: false,
    description:
      "Whether the Link carries traffic from pod to pod, for which linkerd-destination has to watch the target.",
  },
  ...triggersInput,
} as const satisfies Readonly<Record<string, InputSchema>>;

/** Exists once the source has taken up the Link. */
export const linkReady: Resource = {
  type: "linkerd-topology:index:LinkReady",
  schema: schemaOf(
    "Exists once the source's service mirror has taken up the Link and the target let it in.",
    inputs,
    {
      controllerPod: { type: "string", description: "The service mirror's pod that works on it." },
      trouble: { type: "string", description: "What a refresh saw in place of that, or nothing." },
    },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, oldOutputs, newInputs }) =>
    againUnless(diffInputs(oldInputs, newInputs, ["namespace", "link"]), oldOutputs, "trouble", ""),
  create: async (request, context) => ({
    id: `${text(request.inputs, "namespace")}/${text(request.inputs, "link")}`,
    outputs: await takenUp(request.inputs, context),
  }),
  update: (request, context) => takenUp(request.newInputs, context),
  read: async (request, context) => {
    const ref = refOf(request.outputs);
    const look = await lookIfThere(request.outputs, context.signal, async (api) => {
      const link = await getIfThere<LinkObject>(api, linkPath(ref.namespace, ref.link));
      return link && lookAt(api, ref, request.outputs["discovery"] === true);
    });
    if (look === undefined) return undefined;
    const found = look.done ? { ...look.value, trouble: "" } : { trouble: look.seen };
    return { id: request.id, inputs: request.inputs, outputs: outputsOf(request.outputs, found) };
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

/** A look at both that a source needs for a Link: its service mirror and, maybe, its discovery. */
async function lookAt(
  api: KubernetesApi,
  ref: LinkRef,
  discovery: boolean,
): Promise<LinkLook & { readonly undiscovered?: boolean }> {
  const link = await lookAtLink(api, ref);
  if (!link.done || !discovery) return link;
  const watched = await lookAtDiscovery(api, ref.link);
  return watched.done ? link : { ...watched, undiscovered: true };
}

/**
 * Waits until the Link is taken up, and once restarts what got stuck on the way there.
 *
 * @param patience how long what is stuck may be so, in milliseconds
 */
export async function takenUp(
  properties: PropertyMap,
  context: Context,
  patience: { readonly serviceMirror: number; readonly discovery: number } = {
    serviceMirror: timeLimits.serviceMirrorStuck,
    discovery: timeLimits.discoveryMissing,
  },
): Promise<PropertyMap> {
  const ref = refOf(properties);
  const discovery = properties["discovery"] === true;
  const api = await clusterApi(properties, context.signal);
  const mirrorCure = new OnceAfter(patience.serviceMirror);
  const discoveryCure = new OnceAfter(patience.discovery);
  const tell = (what: string): void => {
    context.status(what);
    context.log("info", what);
  };
  const { controllerPod } = await waitFor({
    what: `waiting for the service mirror at ${api.server} to take up the Link ${ref.link}`,
    limit: timeLimits.linkTakenUp,
    look: async () => {
      const look = await lookAt(api, ref, discovery);
      const stuckPod = look.done ? undefined : look.stuckPod;
      if (mirrorCure.isDue(stuckPod !== undefined)) {
        tell(`restarting the service mirror's pod ${stuckPod ?? ""}, which is stuck`);
        await restartPod(api, ref.namespace, stuckPod ?? "");
      }
      if (discoveryCure.isDue(look.undiscovered === true)) {
        const [namespace, name] = [controlPlaneNamespace, destinationDeployment];
        if (await restartDeployment(api, namespace, name, discoveryCure.since)) {
          tell(`restarted ${name}, which does not watch ${ref.link}`);
        } else discoveryCure.retry();
      }
      return look;
    },
    further: furtherAboutLink(ref) + (discovery ? `; ${furtherAboutDiscovery}` : ""),
    signal: context.signal,
    onSeen: (seen) => {
      context.status(`waiting for the service mirror: ${seen}`);
    },
  });
  return outputsOf(properties, { controllerPod, trouble: "" });
}
