import { parseMetrics, sampleOf } from "../../kubernetes/metrics.ts";

/**
 * When a proxy's certificate expires, by its metrics, in seconds since 1970: 0 while it has none, undefined
 * if the metrics don't say. Proxies up to 2.14 name the gauge without `control_`.
 */
export function proxyCertificateExpiry(metrics: string): number | undefined {
  const samples = parseMetrics(metrics);
  const name = "identity_cert_expiration_timestamp_seconds";
  return sampleOf(samples, `control_${name}`, {}) ?? sampleOf(samples, name, {});
}
