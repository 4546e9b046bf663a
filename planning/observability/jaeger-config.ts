import { stringify } from "yaml";
import type { JaegerPlan, TracingPlan } from "../plan-types.ts";
import { jaegerPort, otlpHttpPort, otlpPort } from "./names.ts";

/** What the configuration of a Jaeger depends on. */
export interface JaegerConfig
  extends Pick<JaegerPlan, "passTo">, Partial<Pick<TracingPlan, "maxTraces">> {}

/** Where a Jaeger says that it works. */
export const jaegerHealth = { port: 13_133, path: "/status" } as const;

/** Name of the storage, in the configuration alone. */
const storage = "traces";

/**
 * The text of a Jaeger's configuration. Jaeger 2 is a collector of OpenTelemetry: it takes spans, and keeps them or
 * passes them on.
 */
export function jaegerConfig({ passTo, maxTraces }: JaegerConfig): string {
  const keeps = passTo === undefined;
  return stringify({
    service: {
      extensions: ["healthcheckv2", ...(keeps ? ["jaeger_storage", "jaeger_query"] : [])],
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["batch"],
          exporters: [keeps ? "jaeger_storage_exporter" : "otlp"],
        },
      },
      // Nobody would read them.
      telemetry: { metrics: { level: "none" } },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: `0.0.0.0:${jaegerHealth.port}` } },
      ...(keeps && {
        jaeger_storage: { backends: { [storage]: { memory: { max_traces: maxTraces } } } },
        jaeger_query: {
          storage: { traces: storage },
          http: { endpoint: `0.0.0.0:${jaegerPort}` },
        },
      }),
    },
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `0.0.0.0:${otlpPort}` },
          http: { endpoint: `0.0.0.0:${otlpHttpPort}` },
        },
      },
    },
    processors: { batch: {} },
    exporters: keeps
      ? { jaeger_storage_exporter: { trace_storage: storage } }
      : // The mesh encrypts it.
        { otlp: { endpoint: passTo, tls: { insecure: true } } },
  });
}
