import type { LinkPlan } from "../../planning/plan-types.ts";
import { multiclusterNamespace } from "../../planning/names.ts";
import { clusterNameLabel, controllerMetricsPort } from "../../linkerd/names.ts";
import { type CheckResult, kubectl } from "../../verification/checks/check.ts";
import { serviceMirrorOf } from "../../verification/link-parts.ts";
import type { ClusterStatus, LinkStatus } from "../../verification/status.ts";
import { type Flow, linkTraffic } from "../flows.ts";
import type { CommandView, LinkState, LinkView } from "../model.ts";
import { healthOf } from "./clusters.ts";

/** What a Link is called on the page, and in results of checks. */
export function linkId({ source, target }: Pick<LinkPlan, "source" | "target">): string {
  return `${source} → ${target}`;
}

/**
 * A Link, as the page shows it.
 *
 * @param flows what the source's clients sent, over all Links
 * @param seconds since the look before; undefined where nothing is known
 */
export function linkView(
  plan: LinkPlan,
  status: LinkStatus,
  source: ClusterStatus,
  results: readonly CheckResult[],
  flows: readonly Flow[],
  seconds: number | undefined,
): LinkView {
  const id = linkId(plan);
  const { state, trouble } = source.reachable
    ? stateOf(status)
    : { state: "unknown" as const, trouble: `${source.name} gives no answer` };
  const { address, latencyMilliseconds } = status.gateway;
  return {
    id,
    source: plan.source,
    target: plan.target,
    mode: plan.mode,
    state,
    health: healthOf(id, results),
    ...(trouble !== undefined && { trouble }),
    ...(latencyMilliseconds !== undefined && { latencyMilliseconds }),
    ...(address !== undefined && { gateway: address }),
    mirrors: status.mirrors.filter(({ mirror }) => mirror !== undefined).length,
    ...(seconds !== undefined && { traffic: linkTraffic(plan, flows, seconds) }),
    commands: commandsOf(plan, status, source),
  };
}

/** The first of what is wrong: without a service mirror a gateway's probe says nothing. */
function stateOf({ access, serviceMirror, discovery, gateway }: LinkStatus): {
  readonly state: LinkState;
  readonly trouble?: string;
} {
  if (access.revoked) return { state: "cut off", trouble: "the target revoked its account" };
  const unread = serviceMirror.unread ?? discovery.unread;
  if (unread !== undefined) return { state: "unknown", trouble: unread };
  const trouble = serviceMirror.trouble ?? discovery.trouble;
  if (trouble !== undefined) return { state: "not alive", trouble };
  if (gateway.state === "not alive") {
    return { state: "not alive", trouble: "the gateway answers no probes" };
  }
  return gateway.state === "unknown"
    ? { state: "unknown", trouble: "no probe of the gateway is known yet" }
    : { state: "alive" };
}

function commandsOf(
  plan: LinkPlan,
  { serviceMirror }: LinkStatus,
  source: ClusterStatus,
): readonly CommandView[] {
  const namespace = `-n ${multiclusterNamespace}`;
  const command = (what: string, rest: string): CommandView => ({
    what,
    line: kubectl(source, rest),
  });
  const { pod } = serviceMirror;
  return [
    command(
      "The Link, with what it mirrors",
      `${namespace} get links.multicluster.linkerd.io ${plan.name} -o yaml`,
    ),
    command("Its mirrors", `get services -A -l ${clusterNameLabel}=${plan.name}`),
    command(
      "Log of its service mirror",
      `${namespace} logs deploy/${serviceMirrorOf(plan)} --tail=50`,
    ),
    ...(pod === undefined
      ? []
      : [
          command(
            "Probes of the gateway",
            `get --raw /api/v1/namespaces/${multiclusterNamespace}/pods/${pod}:${controllerMetricsPort}/proxy/metrics | grep gateway_`,
          ),
        ]),
  ];
}
