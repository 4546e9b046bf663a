import { isBetween } from "../links/links.ts";
import { mirrorName } from "../names.ts";
import type { LinkPlan, MirrorPlan, Plan } from "../plan-types.ts";
import type { FoundLink } from "./discover.ts";

/**
 * A plan with the names and addresses that its Links have in the clusters, because whoever made them may have
 * used other names.
 *
 * @param links the Links that were found; one that is missing among them stays as planned
 */
export function asFound(plan: Plan, links: readonly FoundLink[]): Plan {
  const planned = plan.links.map((link): LinkPlan => {
    const there = links.find(({ source, target }) => isBetween(link, source, target));
    return there === undefined ? { ...link, found: missing(link) } : withFound(link, there);
  });
  return {
    ...plan,
    found: true,
    links: planned,
    mirrors: plan.mirrors.map((mirror) => renamed(mirror, planned)),
  };
}

function missing({ name }: LinkPlan): NonNullable<LinkPlan["found"]> {
  return {
    apiVersion: "v1alpha3",
    controller: undefined,
    container: "controller",
    probe: `probe-${name}`,
  };
}

function withFound(link: LinkPlan, { link: there }: FoundLink): LinkPlan {
  const { name, apiVersion, controller, credentials, gateway } = there;
  return {
    ...link,
    name,
    accessAccount: credentials?.account ?? link.accessAccount,
    ...(link.gateway && gateway && { gateway: { ...link.gateway, ...gateway } }),
    found: {
      apiVersion,
      controller: controller?.deployment,
      container: controller?.container ?? "controller",
      probe: controller?.probe ?? `probe-${name}`,
    },
  };
}

/** The name of a mirror ends with the Link's name of the target. */
function renamed(mirror: MirrorPlan, links: readonly LinkPlan[]): MirrorPlan {
  const [of] = mirror.of;
  if (mirror.kind === "federated" || of === undefined) return mirror;
  const link = links.find((one) => isBetween(one, mirror.cluster, of.cluster));
  if (link === undefined || link.name === of.cluster) return mirror;
  const own = mirror.name.slice(0, -mirrorName("", of.cluster).length);
  return { ...mirror, name: mirrorName(own, link.name) };
}
