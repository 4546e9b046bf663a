import { parseMetrics, sampleOf } from "../../kubernetes/metrics.ts";

/**
 * When a proxy's certificate ends, by its metrics, in seconds since 1970: 0 as long as it has none,
 * undefined where they don't say. Proxies up to 2.14 name the gauge without the `control_`.
 */
export function proxyCertificateExpiry(metrics: string): number | undefined {
  const samples = parseMetrics(metrics);
  const name = "identity_cert_expiration_timestamp_seconds";
  return sampleOf(samples, `control_${name}`, {}) ?? sampleOf(samples, name, {});
}
