import { multiclusterNamespace } from "../../planning/names.ts";
import type { LinkPlan } from "../../planning/plan-types.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Lease, LinkObject } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { leaseOf, leasePath, linkPath } from "../../linkerd/names.ts";
import { readControllerMetrics } from "../../linkerd/signals/controller-metrics.ts";
import { lookAtDiscovery } from "../../linkerd/signals/discovery.ts";
import { lookAtLink } from "../../linkerd/signals/link.ts";
import type { GatewayStatus, LinkStatus } from "../status.ts";
import { observeMirrors } from "./mirrors.ts";

/** Asks a source everything about one of its Links. */
export async function observeLink(plan: LinkPlan, api: KubernetesApi): Promise<LinkStatus> {
  const namespace = multiclusterNamespace;
  const { found } = plan;
  const ref = {
    namespace,
    link: plan.name,
    gateway: plan.gateway !== undefined,
    ...(found && {
      apiVersion: found.apiVersion,
      ...(found.controller !== undefined && { deployment: found.controller }),
      container: found.container,
      probe: found.probe,
    }),
  };
  try {
    const [link, lease] = await Promise.all([
      getIfThere<LinkObject>(api, linkPath(namespace, plan.name, found?.apiVersion)),
      getIfThere<Lease>(api, leasePath(namespace, leaseOf(plan.name))),
    ]);
    const pod = lease?.spec?.holderIdentity || undefined;
    const [look, discovery, gateway, mirrors] = await Promise.all([
      lookAtLink(api, ref),
      plan.mode === "gateway" ? undefined : lookAtDiscovery(api, plan.name),
      observeGateway(plan, api, pod),
      link === undefined ? [] : observeMirrors(api, link),
    ]);
    return {
      ...unobservedLink(plan),
      present: link !== undefined,
      serviceMirror: {
        takenUp: look.done,
        pod,
        trouble: look.done ? undefined : look.seen,
        stuck: !look.done && look.stuckPod !== undefined,
        ...(!look.done && look.unread !== undefined && { unread: look.unread }),
      },
      discovery: {
        trouble: discovery?.done === false ? discovery.seen : undefined,
        ...(discovery?.done === false &&
          discovery.unread !== undefined && { unread: discovery.unread }),
      },
      gateway,
      mirrors,
    };
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    const unobserved = unobservedLink(plan, error.message);
    const { serviceMirror, discovery } = unobserved;
    const unread = error.message;
    return {
      ...unobserved,
      serviceMirror: { ...serviceMirror, unread },
      discovery: plan.mode === "gateway" ? discovery : { ...discovery, unread },
    };
  }
}

/** The status of a Link whose source couldn't be asked. */
export function unobservedLink(plan: LinkPlan, trouble = "the source was not asked"): LinkStatus {
  return {
    source: plan.source,
    target: plan.target,
    mode: plan.mode,
    access: { account: plan.accessAccount, ...plan.access },
    present: false,
    serviceMirror: { takenUp: false, pod: undefined, trouble, stuck: false },
    discovery: { trouble: plan.mode === "gateway" ? undefined : trouble },
    gateway: { ...plannedGateway(plan), latencyMilliseconds: undefined },
    mirrors: [],
  };
}

function plannedGateway({ gateway }: LinkPlan): Pick<GatewayStatus, "state" | "address"> {
  return gateway === undefined
    ? { state: "not applicable", address: undefined }
    : { state: "unknown", address: `${gateway.addresses.join(",")}:${gateway.port}` };
}

async function observeGateway(
  plan: LinkPlan,
  api: KubernetesApi,
  pod: string | undefined,
): Promise<GatewayStatus> {
  const planned = { ...plannedGateway(plan), latencyMilliseconds: undefined };
  if (plan.gateway === undefined || pod === undefined) return planned;
  try {
    const metrics = await readControllerMetrics(api, multiclusterNamespace, pod, plan.name);
    if (metrics.gatewayAlive === undefined) return planned;
    return metrics.gatewayAlive
      ? { ...planned, state: "alive", latencyMilliseconds: metrics.latencyMilliseconds }
      : { ...planned, state: "not alive" };
  } catch (error) {
    if (error instanceof KubernetesApiError) return planned;
    throw error;
  }
}
