import { linkerdNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { parseMetrics, sampleOf } from "../../kubernetes/metrics.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import {
  clusterNameLabel,
  controllerMetricsPort,
  controllerOf,
  corePath,
  destinationDeployment,
  destinationMetricsPort,
} from "../names.ts";
import { destinationPods } from "./discovery.ts";
import type { LinkRef } from "./link.ts";

/** A pod of the source that holds something of a target. */
export interface LetIn {
  readonly pod: string;
  /** What recreates the pod. */
  readonly namespace: string;
  readonly deployment: string;
}

/**
 * The pods of a source that the target lets in, or has let in: what they once listed they keep, also when
 * they are refused. A pod that came after its account was revoked has nothing.
 *
 * @param discovery whether linkerd-destination has anything to do with the Link
 */
export async function whoIsLetIn(
  api: KubernetesApi,
  { namespace, link }: LinkRef,
  discovery: boolean,
): Promise<readonly LetIn[]> {
  const [mirrors, destinations] = await Promise.all([
    listAll<Pod>(api, corePath(namespace, "pods"), {
      labelSelector: `component=controller,${clusterNameLabel}=${link}`,
    }),
    discovery ? destinationPods(api) : [],
  ]);
  const candidates = [
    ...mirrors.map(({ metadata }) => ({
      pod: metadata.name,
      namespace,
      deployment: controllerOf(link),
      port: controllerMetricsPort,
    })),
    ...destinations.map(({ metadata }) => ({
      pod: metadata.name,
      namespace: linkerdNamespace,
      deployment: destinationDeployment,
      port: destinationMetricsPort,
    })),
  ];
  const looks = await Promise.all(
    candidates.map(async ({ port, ...who }) =>
      (await hasListed(api, who, port, link)) ? [who] : [],
    ),
  );
  return looks.flat();
}

/** A pod whose metrics can't be read is coming or going; it is looked at again. */
async function hasListed(
  api: KubernetesApi,
  { namespace, pod }: LetIn,
  port: number,
  target: string,
): Promise<boolean> {
  try {
    const text = await api.podText(namespace, pod, port, "/metrics");
    return (sampleOf(parseMetrics(text), "service_cache_size", { cluster: target }) ?? 0) > 0;
  } catch (error) {
    if (!(error instanceof KubernetesApiError) || error.status === 401) throw error;
    return false;
  }
}
