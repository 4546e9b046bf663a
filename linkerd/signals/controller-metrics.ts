import type { KubernetesApi } from "../../kubernetes/api.ts";
import { parseMetrics, sampleOf } from "../../kubernetes/metrics.ts";
import { controllerMetricsPort } from "../names.ts";

/** What a service mirror's metrics say about one target. */
export interface ControllerMetrics {
  /** It works on a Link with a gateway (1) or without one (0). Undefined: on none. */
  readonly gatewayEnabled: boolean | undefined;
  /** The last probe of the gateway was answered. Undefined: there was none yet. */
  readonly gatewayAlive: boolean | undefined;
  /** Answered and failed probes of the gateway since the process started. */
  readonly probes: { readonly answered: number; readonly failed: number };
  /** Latency of the last answered probe. */
  readonly latencyMilliseconds: number | undefined;
  /**
   * Services of the target in its cache. More than 0 means that the target's API accepted its credentials,
   * because the Service `kubernetes` always exists. Undefined: it has no client of the target's API.
   */
  readonly targetServices: number | undefined;
  /** Endpoints of the target in its cache. */
  readonly targetEndpoints: number | undefined;
}

/**
 * Reads the metrics of one service mirror pod.
 * @param target name of the target cluster
 */
export async function readControllerMetrics(
  api: KubernetesApi,
  namespace: string,
  pod: string,
  target: string,
): Promise<ControllerMetrics> {
  const text = await api.podText(namespace, pod, controllerMetricsPort, "/metrics");
  return controllerMetrics(text, target);
}

/** What a service mirror's metrics say about one target. */
export function controllerMetrics(text: string, target: string): ControllerMetrics {
  const samples = parseMetrics(text);
  const link = { target_cluster_name: target };
  const flag = (name: string): boolean | undefined => {
    const value = sampleOf(samples, name, link);
    return value === undefined ? undefined : value === 1;
  };
  const probes = (successful: string): number =>
    sampleOf(samples, "gateway_probes", { ...link, probe_successful: successful }) ?? 0;
  const answered = probes("true");
  const failed = probes("false");
  const alive = flag("gateway_alive");
  return {
    gatewayEnabled: flag("gateway_enabled"),
    // The gauge starts at 0, and the first probe follows one period later.
    gatewayAlive: alive === false && answered + failed === 0 ? undefined : alive,
    probes: { answered, failed },
    latencyMilliseconds: answered === 0 ? undefined : sampleOf(samples, "gateway_latency", link),
    targetServices: sampleOf(samples, "service_cache_size", { cluster: target }),
    targetEndpoints: sampleOf(samples, "endpoints_cache_size", { cluster: target }),
  };
}
