import { isDeepStrictEqual } from "node:util";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { OnceAfter, restartDeployment, restartPod } from "../../linkerd/cures.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { LinkObject } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { destinationDeployment, linkPath } from "../../linkerd/names.ts";
import { furtherAboutDiscovery, lookAtDiscovery } from "../../linkerd/signals/discovery.ts";
import { clockStep, lookAtRenewal } from "../../linkerd/signals/renewal.ts";
import { furtherAboutLink, type LinkLook, lookAtLink } from "../../linkerd/signals/link.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import * as z from "zod";
import type { Context, Properties, PropertyMap } from "../server/index.ts";
import { backedOffPods } from "./backed-off.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, fixedText, text, triggersInput } from "./inputs.ts";
import { cutOff } from "./link-cut-off.ts";

export const linkInputs = {
  namespace: fixedText("Namespace of the Link and of its service mirror.").default(
    multiclusterNamespace,
  ),
  link: fixedText("Name of the Link, which is the target's."),
};

const inputs = {
  ...accessInputs,
  ...linkInputs,
  gateway: z.boolean().describe("Whether the Link has a gateway."),
  discovery: z
    .boolean()
    .default(false)
    .describe(
      "Whether the Link carries traffic from pod to pod. The source's linkerd-destination must then watch " +
        "the target, and is restarted once if it doesn't.",
    ),
  credentials: text(
    "Changes whenever the credentials change. linkerd-destination is then restarted, because it would never " +
      "correct what it told proxies before. By default the credentials never change.",
  ).exactOptional(),
  revoked: z
    .boolean()
    .default(false)
    .describe(
      "The target has revoked the source's account. The source's controllers are restarted, and this " +
        "resource exists once none of them has access. A source that doesn't answer is then no error.",
    ),
  ...triggersInput,
};

export type LinkInputs = Properties<typeof inputs>;

export const linkReady = gate({
  name: "LinkReady",
  description:
    "Exists once the source's service mirror has taken up the current Link and the target accepted its " +
    "credentials. Readiness of the service mirror proves neither. A service mirror that is stuck on an " +
    "earlier Link is restarted once.",
  inputs,
  outputs: {
    controllerPod: text("The service mirror's pod that works on the Link."),
    trouble: text(
      "What a refresh saw in place of all that; empty where it holds. The next update waits again.",
    ),
  },
  settled: ["trouble", ""],
  outlook: ({ news, olds }) => (olds === undefined ? [] : linkOutlook(news, olds)),
  id: ({ namespace, link }) => `${namespace}/${link}`,
  create: (wanted, context) => settle(wanted, context),
  update: (wanted, context, former) =>
    settle(wanted, context, former.inputs.credentials !== wanted.credentials),
  read: async (state, { signal }) => {
    const { namespace, link: name } = state;
    const look = await lookIfThere(state, signal, async (api) => {
      const link = await getIfThere<LinkObject>(api, linkPath(namespace, name));
      return link && lookAt(api, state);
    });
    if (look === undefined) return undefined;
    // It is meant not to be taken up.
    if (state.revoked) return {};
    return look.done ? { ...look.value, trouble: "" } : { trouble: look.seen };
  },
});

function linkOutlook(news: PropertyMap, olds: PropertyMap): readonly string[] {
  const link = typeof news["link"] === "string" ? `the Link to ${news["link"]}` : "the Link";
  const differs = (key: string): boolean => !isDeepStrictEqual(olds[key], news[key]);
  if (news["revoked"] === true && olds["revoked"] !== true) {
    return [
      `${link} ends: its target revokes the source's access, and the source's controllers restart`,
    ];
  }
  return [
    ...(differs("credentials")
      ? [`${link} gets other credentials: linkerd-destination of the source restarts for them`]
      : []),
    ...(differs("triggers")
      ? [`${link} pauses until its service mirror has taken up the change`]
      : []),
  ];
}

/** @param renewed the credentials differ from those that the source's controllers started with */
async function settle(wanted: LinkInputs, context: Context, renewed = false) {
  if (!wanted.revoked) return takenUp(wanted, context, { renewed });
  await cutOff(wanted, context);
  return { controllerPod: "", trouble: "" };
}

/** Looks at what a source needs for a Link: its service mirror and perhaps its discovery. */
async function lookAt(
  api: KubernetesApi,
  ref: LinkInputs,
  renewed = false,
): Promise<LinkLook & { readonly undiscovered?: boolean; readonly outdated?: boolean }> {
  const link = await lookAtLink(api, ref);
  if (!link.done || !ref.discovery) return link;
  const renewal = renewed ? await lookAtRenewal(api, ref.link) : undefined;
  if (renewal?.done === false) return { ...renewal, outdated: true };
  const watched = await lookAtDiscovery(api, ref.link);
  return watched.done ? link : { ...watched, undiscovered: true };
}

/** Options of {@link takenUp}. */
interface TakingUp {
  /**
   * The credentials have changed: every pod of linkerd-destination must be younger than they are. @default
   * false
   */
  readonly renewed?: boolean;
  /** How long a service mirror may be stuck, in milliseconds. @default timeLimits.serviceMirrorStuck */
  readonly serviceMirror?: number;
  /** How long linkerd-destination may not know the target. @default timeLimits.discoveryMissing */
  readonly discovery?: number;
}

/** Waits until the Link is taken up. It restarts once what is stuck. */
export async function takenUp(
  ref: LinkInputs,
  context: Context,
  how: TakingUp = {},
): Promise<{ controllerPod: string; trouble: string }> {
  const { renewed = false } = how;
  const { discovery } = ref;
  const api = await clusterApi(ref, context.signal);
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
      const look = await lookAt(api, ref, renewed);
      if (!look.done && look.atRest !== undefined) {
        throw new Error(
          `nothing can take up the Link ${ref.link} at ${api.server}: ${look.atRest}`,
        );
      }
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
    onSeen: (seen) => context.status(`waiting for the service mirror: ${seen}`),
  });
  return { controllerPod, trouble: "" };
}
