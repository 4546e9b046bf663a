import type { Container, ContainerStatus, Pod } from "./objects.ts";

/** Name of the container that Linkerd's injector adds. */
export const proxyContainer = "linkerd-proxy";

/** The pod's proxy. As a native sidecar, the default of newer releases, it is one of the init containers. */
export function proxyOf(pod: Pod): Container | undefined {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
    (container) => container.name === proxyContainer,
  );
}

/** The status of all containers of a pod. Native sidecars are init containers. */
export function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = status ?? {};
  return [...initContainerStatuses, ...containerStatuses];
}

/** The pod neither ended, as pods of Jobs do, nor is it being deleted. */
export function isLive({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    status?.phase !== "Succeeded" &&
    status?.phase !== "Failed"
  );
}

/** An address that a pod has for itself. */
export interface PodAddress {
  /** As `namespace/name`. */
  readonly pod: string;
  readonly ip: string;
}

/** Addresses of the pod network. A pod that ended may still show one that another pod has by now. */
export function ownAddresses(pods: readonly Pod[]): readonly PodAddress[] {
  return pods
    .filter((pod) => isLive(pod) && pod.spec.hostNetwork !== true)
    .flatMap(({ metadata: { namespace = "", name }, status: { podIPs = [] } = {} }) =>
      podIPs.map(({ ip }) => ({ pod: `${namespace}/${name}`, ip })),
    );
}

/** The pod serves, and isn't being deleted. */
export function isReady(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    (pod.status?.conditions ?? []).some(
      (condition) => condition.type === "Ready" && condition.status === "True",
    )
  );
}

/** Why a pod isn't Ready, in a few words. */
export function troubleOf(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "terminating";
  const done = new Set((pod.spec.initContainers ?? []).filter(mayEnd).map(({ name }) => name));
  const stuck = statusesOf(pod).flatMap((container) => {
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason !== undefined) return [`${container.name}: ${waiting.reason}`];
    if (terminated !== undefined) {
      if (terminated.exitCode === 0 && done.has(container.name)) return [];
      return [`${container.name}: ended with ${terminated.exitCode ?? "?"}`];
    }
    return container.ready ? [] : [`${container.name}: not ready`];
  });
  const unscheduled = (pod.status?.conditions ?? []).find(
    (condition) => condition.type === "PodScheduled" && condition.status === "False",
  );
  if (unscheduled?.message !== undefined) return unscheduled.message;
  return stuck.join(", ") || (pod.status?.phase ?? "unknown phase");
}

/** An init container that isn't a native sidecar ends after its work. */
function mayEnd({ restartPolicy }: Container): boolean {
  return restartPolicy !== "Always";
}

/** Deployment of a pod: a pod's name begins with the names of its Deployment and its ReplicaSet. */
export function deploymentOf(pod: string): string {
  return pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, "");
}
