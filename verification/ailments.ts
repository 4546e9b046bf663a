import { linkerdNamespace, multiclusterNamespace, federatedName } from "../planning/names.ts";
import type { Plan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import { restartDeployment, restartPod } from "../linkerd/cures.ts";
import { missingMembers } from "./federated-members.ts";
import { strayNames, wordsFor } from "./headless-exports.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { deploymentOf } from "../kubernetes/pods.ts";
import { controllerOf, destinationDeployment, localMirrorDeployment } from "../linkerd/names.ts";
import type { ClusterStatus, LinkStatus, MeshStatus } from "./status.ts";
import { touch } from "../linkerd/touch.ts";

/** A fault that Linkerd doesn't recover from by itself. */
export interface Ailment {
  /** What is restarted or touched. Ailments that one cure fixes have the same key. */
  readonly key: string;
  readonly cluster: string;
  /** How long the fault must last before it counts, in milliseconds. */
  readonly patience: number;
  /**
   * @param since when it was first seen
   * @returns false if it has to wait
   */
  readonly cure: (api: KubernetesApi, since: Date) => Promise<boolean>;
  /** What the cure does, and why. */
  readonly told: string;
}

/** The faults of a mesh, each Deployment at most once. */
export function ailmentsOf(plan: Pick<Plan, "links">, status: MeshStatus): readonly Ailment[] {
  const ailments = [
    ...status.clusters.flatMap(withoutProxies),
    ...followed(plan, status).flatMap((link) => [...undiscovered(link, status), ...stuck(link)]),
    ...leftOut(plan, status),
    ...nameless(plan, status),
  ];
  return [...new Map(ailments.toReversed().map((one) => [one.key, one])).values()].toReversed();
}

/** Links whose account isn't revoked. A revoked Link is meant to be cut off. */
function followed({ links }: Pick<Plan, "links">, status: MeshStatus): readonly LinkStatus[] {
  const revoked = new Set(
    links.filter(({ access }) => access.revoked).map(({ source, target }) => `${source} ${target}`),
  );
  return status.links.filter(({ source, target }) => !revoked.has(`${source} ${target}`));
}

/** Pods that started before the injector served keep running without their proxies. */
function withoutProxies({ name, proxies, injection, workloads }: ClusterStatus): Ailment[] {
  if (!injection.injects) return [];
  const isOurs = (pod: string) =>
    /^(linkerd-|controller-)/.test(pod) &&
    workloads.some(
      (workload) =>
        workload.namespace === multiclusterNamespace && workload.name === deploymentOf(pod),
    );
  return proxies
    .filter(({ namespace, image }) => namespace === multiclusterNamespace && image === undefined)
    .filter(({ pod }) => isOurs(pod))
    .map(({ pod }) =>
      restartOf(name, multiclusterNamespace, deploymentOf(pod), 0, `pod ${pod} has no proxy`),
    );
}

/**
 * If a target's API didn't answer when linkerd-destination started, linkerd-destination never asks it again.
 */
function undiscovered({ source, target, discovery }: LinkStatus, status: MeshStatus): Ailment[] {
  const answers = (cluster: string) =>
    status.clusters.some(({ name, reachable }) => name === cluster && reachable);
  if (discovery.trouble === undefined || !answers(source) || !answers(target)) return [];
  return [
    restartOf(
      source,
      linkerdNamespace,
      destinationDeployment,
      timeLimits.discoveryMissing,
      discovery.trouble,
    ),
  ];
}

/** A service mirror that went back to an earlier state of its Link stays there. */
function stuck({ source, serviceMirror: { pod, stuck: isStuck, trouble } }: LinkStatus): Ailment[] {
  if (!isStuck || pod === undefined) return [];
  return [
    {
      key: `${source} ${pod}`,
      cluster: source,
      patience: timeLimits.serviceMirrorStuck,
      cure: (api) => restartPod(api, multiclusterNamespace, pod),
      told: `restarted the service mirror's pod ${pod} (${trouble ?? "stuck"})`,
    },
  ];
}

/** Two service mirrors created a federated Service at once, and one of them left its member out. */
function leftOut(plan: Pick<Plan, "links">, status: MeshStatus): Ailment[] {
  return missingMembers(plan, status).map(({ viewer, member, namespace, service }) =>
    restartOf(
      viewer,
      multiclusterNamespace,
      viewer === member ? localMirrorDeployment : controllerOf(member),
      timeLimits.federatedMemberMissing,
      `${namespace}/${federatedName(service)} lacked the member of ${member}`,
    ),
  );
}

/** A headless mirror lost the names of its pods. This happens in all sources at once. */
function nameless(plan: Pick<Plan, "links">, status: MeshStatus): Ailment[] {
  return followed(plan, status).flatMap((link) => {
    const target = status.clusters.find(({ name }) => name === link.target);
    if (target === undefined) return [];
    return strayNames(link, target).map((stray): Ailment => {
      const { namespace, service, mirror } = stray;
      return {
        key: `${link.target} endpoints ${namespace}/${service}`,
        cluster: link.target,
        patience: timeLimits.headlessNamesStray,
        cure: (api) => touch(api, "Endpoints", namespace, service),
        told: `touched the Endpoints ${namespace}/${service} (in ${link.source} ${mirror} ${wordsFor(stray)})`,
      };
    });
  });
}

function restartOf(
  cluster: string,
  namespace: string,
  deployment: string,
  patience: number,
  why: string,
): Ailment {
  return {
    key: `${cluster} ${deployment}`,
    cluster,
    patience,
    cure: (api, since) => restartDeployment(api, namespace, deployment, since),
    told: `restarted ${deployment} (${why})`,
  };
}
