import { parseMetrics } from "../../kubernetes/metrics.ts";

const wanted = /^request_total\{[^\n]*direction="inbound"[^\n]*$/gm;

/**
 * How many requests of the mesh a proxy passed to a port of its pod since it started. Those without mTLS, such as
 * the kubelet's, don't count.
 *
 * @param text what the proxy serves at `/metrics`
 */
export function inboundRequests(text: string, port: number): number {
  return parseMetrics((text.match(wanted) ?? []).join("\n"))
    .filter(({ labels }) => labels["tls"] === "true" && labels["target_addr"]?.endsWith(`:${port}`))
    .reduce((sum, { value }) => sum + value, 0);
}
