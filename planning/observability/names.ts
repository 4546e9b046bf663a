/** Namespace of everything that observes the mesh, in every cluster. */
export const observabilityNamespace = "linkerd-observability";

/** Its Deployment, its Service and its account. */
export const prometheusName = "prometheus";

/** Port of its Service and of its pod. */
export const prometheusPort = 9090;

/** Release of Prometheus. Its Go module has the same numbers after `v0.` (toolchain/go/prometheus/go.mod). */
export const prometheusVersion = "3.16.0";

/** Image where no sources name another one. */
export const prometheusImage = `docker.io/prom/prometheus:v${prometheusVersion}`;
