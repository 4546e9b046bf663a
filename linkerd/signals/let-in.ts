import { linkerdNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnauthorized, KubernetesApiError } from "../../kubernetes/errors.ts";
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

/** A pod of the source that holds data of a target. */
export interface LetIn {
  readonly pod: string;
  /** The controller that recreates the pod. */
  readonly namespace: string;
  readonly deployment: string;
}

/**
 * The pods of a source that the target lets in or has let in: even when refused, they keep what they once
 * listed. A pod that started after the revocation has nothing.
 *
 * @param discovery whether linkerd-destination uses the Link
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

/** A pod whose metrics can't be read is starting or ending, so the caller looks again. */
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
    if (!(error instanceof KubernetesApiError) || isUnauthorized(error)) throw error;
    return false;
  }
}
