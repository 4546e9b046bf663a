import { podRoutes } from "../../planning/links/pod-routes.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import type { DaemonSet } from "../../kubernetes/objects.ts";
import type { PodRoutesStatus } from "../status.ts";

const path = `/apis/apps/v1/namespaces/${podRoutes.namespace}/daemonsets/${podRoutes.name}`;

/** The DaemonSet that maintains the cluster's routes to other clusters' pods. Undefined if there is none. */
export async function observePodRoutes(api: KubernetesApi): Promise<PodRoutesStatus | undefined> {
  const found = await getIfThere<DaemonSet>(api, path);
  if (found === undefined) return undefined;
  const { metadata, spec, status } = found;
  const lines = spec?.template?.spec?.containers
    .flatMap(({ env }) => env ?? [])
    .find(({ name }) => name === podRoutes.variable)?.value;
  const observed = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const updated = observed ? (status?.updatedNumberScheduled ?? 0) : 0;
  return {
    nodes: status?.desiredNumberScheduled ?? 0,
    // During a rollout, old pods count as ready too.
    ready: Math.min(status?.numberReady ?? 0, updated),
    destinations: lines?.split("\n").filter((line) => line !== "") ?? [],
  };
}
