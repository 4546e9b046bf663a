import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { OnceAfter, restartDeployment, restartPod } from "../../linkerd/cures.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { LinkObject } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { destinationDeployment, linkPath } from "../../linkerd/names.ts";
import { furtherAboutDiscovery, lookAtDiscovery } from "../../linkerd/signals/discovery.ts";
import { clockStep, lookAtRenewal } from "../../linkerd/signals/renewal.ts";
import type { LinkLook, LinkRef } from "../../linkerd/signals/link.ts";
import { furtherAboutLink, lookAtLink } from "../../linkerd/signals/link.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { backedOffPods } from "./backed-off.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  text,
  triggersInput,
} from "./inputs.ts";
import { cutOff } from "./link-cut-off.ts";
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
  credentials: {
    type: "string",
    optional: true,
    description:
      "Another one whenever the credentials are others; linkerd-destination is recreated then.",
  },
  revoked: {
    type: "boolean",
    default: false,
    description: "Whether the target has revoked the account, so that nobody must be let in.",
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
    againUnless(
      diffInCluster(oldInputs, newInputs, ["namespace", "link"]),
      oldOutputs,
      "trouble",
      "",
    ),
  create: async (request, context) => ({
    id: `${text(request.inputs, "namespace")}/${text(request.inputs, "link")}`,
    outputs: await settle(request.inputs, context),
  }),
  update: (request, context) => {
    const { oldInputs, newInputs } = request;
    const renewed = text(oldInputs, "credentials") !== text(newInputs, "credentials");
    return settle(newInputs, context, renewed);
  },
  read: async (request, context) => {
    const ref = refOf(request.outputs);
    const look = await lookIfThere(request.outputs, context.signal, async (api) => {
      const link = await getIfThere<LinkObject>(api, linkPath(ref.namespace, ref.link));
      return link && lookAt(api, ref, request.outputs["discovery"] === true);
    });
    if (look === undefined) return undefined;
    // That it isn't taken up is what was wanted.
    if (request.outputs["revoked"] === true) return request;
    const found = look.done ? { ...look.value, trouble: "" } : { trouble: look.seen };
    return { id: request.id, inputs: request.inputs, outputs: outputsOf(request.outputs, found) };
  },
  delete: async () => {
    // What the Link leaves behind is removed after it, by MirrorCleanup.
  },
};

/** @param renewed the credentials are others than those that the source's controllers began with */
async function settle(
  properties: PropertyMap,
  context: Context,
  renewed = false,
): Promise<PropertyMap> {
  if (properties["revoked"] !== true) return takenUp(properties, context, { renewed });
  await cutOff(properties, refOf(properties), context);
  return outputsOf(properties, { controllerPod: "", trouble: "" });
}

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
  renewed = false,
): Promise<LinkLook & { readonly undiscovered?: boolean; readonly outdated?: boolean }> {
  const link = await lookAtLink(api, ref);
  if (!link.done || !discovery) return link;
  const renewal = renewed ? await lookAtRenewal(api, ref.link) : undefined;
  if (renewal?.done === false) return { ...renewal, outdated: true };
  const watched = await lookAtDiscovery(api, ref.link);
  return watched.done ? link : { ...watched, undiscovered: true };
}

/** How {@link takenUp} goes about it. */
interface TakingUp {
  /** The credentials are others than before: no pod of linkerd-destination may be older than they. @default false */
  readonly renewed?: boolean;
  /** How long a service mirror may be stuck, in milliseconds. @default timeLimits.serviceMirrorStuck */
  readonly serviceMirror?: number;
  /** How long linkerd-destination may not know the target. @default timeLimits.discoveryMissing */
  readonly discovery?: number;
}

/** Waits until the Link is taken up, and once restarts what got stuck on the way there. */
export async function takenUp(
  properties: PropertyMap,
  context: Context,
  how: TakingUp = {},
): Promise<PropertyMap> {
  const { renewed = false } = how;
  const ref = refOf(properties);
  const discovery = properties["discovery"] === true;
  const api = await clusterApi(properties, context.signal);
  const mirrorCure = new OnceAfter(how.serviceMirror ?? timeLimits.serviceMirrorStuck);
  const discoveryCure = new OnceAfter(how.discovery ?? timeLimits.discoveryMissing);
  const renewal = new OnceAfter(clockStep);
  const restarted = new Set<string>();
  const tell = (what: string): void => {
    context.status(what);
    context.log("info", what);
  };
  const { controllerPod } = await waitFor({
    what: `waiting for the service mirror at ${api.server} to take up the Link ${ref.link}`,
    limit: timeLimits.linkTakenUp,
    look: async () => {
      const look = await lookAt(api, ref, discovery, renewed);
      const stuckPod = look.done ? undefined : look.stuckPod;
      if (mirrorCure.isDue(stuckPod !== undefined)) {
        tell(`restarting the service mirror's pod ${stuckPod ?? ""}, which is stuck`);
        await restartPod(api, ref.namespace, stuckPod ?? "");
      }
      const refused = renewed && !look.done ? await backedOffPods(api, ref) : [];
      for (const pod of refused.filter((name) => !restarted.has(name))) {
        restarted.add(pod);
        tell(`restarting the service mirror's pod ${pod}, which ${ref.link} had refused for long`);
        await restartPod(api, ref.namespace, pod);
      }
      const restart = async (
        cure: OnceAfter,
        ails: boolean,
        why: string,
        later = 0,
      ): Promise<void> => {
        if (!cure.isDue(ails)) return;
        const [namespace, name] = [linkerdNamespace, destinationDeployment];
        const since = new Date(cure.since.getTime() + later);
        if (await restartDeployment(api, namespace, name, since)) {
          tell(`restarted ${name}, which ${why}`);
        } else cure.retry();
      };
      await restart(
        renewal,
        look.outdated === true,
        `had other credentials for ${ref.link}`,
        clockStep,
      );
      await restart(discoveryCure, look.undiscovered === true, `does not watch ${ref.link}`);
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
