import * as z from "zod";
import { limits } from "../limits.ts";
import {
  expecting,
  integer,
  list,
  map,
  object,
  optional,
  text,
  yesOrNo,
} from "../topology/schema-parts.ts";

const quantities = (example: string) =>
  map(
    expecting(
      z.union([z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i?)?$/), z.int().min(0)]),
      "a quantity of Kubernetes",
      "write a quantity such as 500Mi",
    ),
    "a map of resources to quantities",
    `write a map such as ${example}`,
  );

const resources = object(
  {
    /**
     * What the pod reserves.
     * @default { cpu: 50m, memory: 128Mi }
     * @example { cpu: 200m, memory: 1Gi }
     */
    requests: quantities("{ cpu: 50m, memory: 128Mi }").exactOptional(),
    /**
     * What the pod may use at most.
     * @default no limit
     * @example { memory: 2Gi }
     */
    limits: quantities("{ memory: 2Gi }").exactOptional(),
  },
  "a description of resources",
  "write a map such as { requests: { memory: 1Gi } }",
);

/** What a pod reserves, and what it may use at most. */
export interface ResourcesSpec extends Readonly<z.infer<typeof resources>> {}

const prometheus = object(
  {
    /**
     * How long it keeps its data. Without `storage` a new pod begins with none; with it the oldest data ends earlier where
     * the volume is four fifths full.
     * @default 7d
     * @example 30d
     */
    retention: expecting(
      z.string().regex(/^[1-9]\d{0,3}[hdw]$/),
      "a duration in hours, days or weeks",
      "write a number with its unit (h, d or w), such as 7d",
    ).exactOptional(),
    /**
     * How often it reads the metrics.
     * @default 30s
     * @example 15s
     */
    scrapeInterval: expecting(
      z.string().regex(/^([5-9]|[1-9]\d{1,2})s$|^[1-5]m$/),
      "a duration from 5s to 5m",
      "write a number with its unit (s or m), such as 30s",
    ).exactOptional(),
    /**
     * Size of a volume that outlives the pod. It can grow where its storage class lets volumes grow.
     * @default the data ends with the pod
     * @example 20Gi
     */
    storage: expecting(
      z.string().regex(/^[1-9]\d*(Mi|Gi|Ti)$/),
      "a size",
      "write a size such as 20Gi",
    ).exactOptional(),
    /**
     * The storage class of the volume, in every cluster. Another one begins with an empty volume; the data of the former
     * one is deleted.
     * @default each cluster's default class
     * @example fast
     */
    storageClass: expecting(
      z
        .string()
        .max(200)
        .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
      "the name of a storage class",
      "write the name of a StorageClass that each cluster has, such as standard",
    ).exactOptional(),
    /**
     * What the pod reserves, and what it may use.
     * @example { requests: { memory: 1Gi } }
     */
    resources: optional<ResourcesSpec>(resources),
  },
  "a description of Prometheus",
  "write a map such as { retention: 7d }",
);

/** The Prometheus in each cluster. */
export interface PrometheusSpec extends Readonly<z.infer<typeof prometheus>> {}

const tracing = object(
  {
    /**
     * How many traces a Jaeger keeps, in memory. It drops the oldest ones first, and a new pod begins with none.
     * @default 50000
     * @example 200000
     */
    maxTraces: integer(
      1,
      limits.traces,
      "a number of traces",
      "write a number such as 50000",
    ).exactOptional(),
    /**
     * What the pod reserves, and what it may use.
     * @example { limits: { memory: 2Gi } }
     */
    resources: optional<ResourcesSpec>(resources),
  },
  "a description of tracing",
  "write a map such as { maxTraces: 50000 }, or {} for the defaults",
);

/** A Jaeger in each cluster, and proxies that send it spans. */
export interface TracingSpec extends Readonly<z.infer<typeof tracing>> {}

export const observabilitySchema = object(
  {
    /**
     * Settings of the Prometheus in each cluster. There is one, with or without this key.
     * @example { retention: 30d, storage: 20Gi }
     */
    prometheus: optional<PrometheusSpec>(prometheus),
    /**
     * The cluster whose Prometheus gets the metrics of all others too, and whose Jaeger gets their traces. Each other
     * cluster needs a Link to it, over which they are sent.
     * @default each cluster has its own metrics and its own part of the traces
     * @example west
     */
    collectIn: text("a cluster's name", "write the name of a cluster").exactOptional(),
    /**
     * Alertmanagers that get the alerts of every cluster's Prometheus: URLs that pods of each cluster reach. They get
     * an alert from each Prometheus that has its series, and take equal ones for one.
     * @default alerts are seen in Prometheus alone
     * @example [https://alerts.example.com]
     */
    alertmanagers: list(
      expecting(
        z.string().regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w./~-]*)?$/i),
        "the URL of an Alertmanager",
        "write a URL without a user or a password, such as http://alertmanager.monitoring:9093",
      ),
      "a list of URLs",
      "write a list such as [http://alertmanager.monitoring:9093]",
    ).exactOptional(),
    /**
     * Traces: a Jaeger in each cluster, and proxies that send it the spans of requests that bear a trace context.
     * @default proxies send no spans
     * @example {}
     */
    tracing: optional<TracingSpec>(tracing),
    /**
     * Linkerd's own extension linkerd-viz in each cluster, for `linkerd viz stat`, `linkerd viz tap` and its page. It takes
     * its figures from the cluster's Prometheus. linkerd.values.viz has values for its chart.
     * @default false
     * @example true
     */
    viz: yesOrNo().exactOptional(),
  },
  "a description of what observes the mesh",
  "write a map such as { prometheus: { retention: 7d } }, or {} for the defaults",
);

/** What observes the mesh: a Prometheus in each cluster, with alerts and dashboards, and what traces requests. */
export interface ObservabilitySpec extends Readonly<z.infer<typeof observabilitySchema>> {}
