/** Namespace of everything that observes the mesh, in every cluster. */
export const observabilityNamespace = "linkerd-observability";

/** The Deployment, the Service and the account of a cluster's Prometheus. */
export const prometheusName = "prometheus";

/** Port of its Service and of its pod. */
export const prometheusPort = 9090;

/** Release of Prometheus. Its Go module has the same numbers after `v0.` (toolchain/go/prometheus/go.mod). */
export const prometheusVersion = "3.16.0";

/** Image where no sources name another one. */
export const prometheusImage = `docker.io/prom/prometheus:v${prometheusVersion}`;

/** The Deployment, the Service and the account of a cluster's Jaeger. */
export const jaegerName = "jaeger";

/** Ports of its Service and of its pod: spans by OTLP over gRPC and over HTTP, the API and the pages. */
export const otlpPort = 4317;
export const otlpHttpPort = 4318;
export const jaegerPort = 16_686;

/** Release of Jaeger. Its Go module calls the same one v1.76.0 (toolchain/go/jaeger/go.mod). */
export const jaegerVersion = "2.13.0";

/** Image where no sources name another one. */
export const jaegerImage = `docker.io/jaegertracing/jaeger:${jaegerVersion}`;

/** Namespace of linkerd-viz, in every cluster that has it. */
export const vizNamespace = "linkerd-viz";

/** The Deployment and the Service of a Prometheus that shows linkerd-viz the metrics of its own cluster alone. */
export const vizPrometheusName = "prometheus-viz";
