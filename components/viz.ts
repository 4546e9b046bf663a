import { existsSync } from "node:fs";
import { join } from "node:path";
import { ReleaseComplete } from "@linkerd-topology/mesh";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import * as pulumi from "@pulumi/pulumi";
import {
  observabilityNamespace,
  prometheusName,
  prometheusPort,
  vizNamespace,
  vizPrometheusName,
} from "../planning/observability/names.ts";
import { configFile, vizPrometheusConfig } from "../planning/observability/prometheus-config.ts";
import type { ObservabilityPlan, Plan, VizClusterPlan } from "../planning/plan-types.ts";
import { type Sources, sourcesOf, type VizSources } from "../planning/sources/sources.ts";
import { timeLimits } from "../system/time-limits.ts";
import { type ChartLocation, linkerdRelease } from "./chart-location.ts";
import type { ControlPlane } from "./control-plane.ts";
import { accessTo, inCluster, markOf, type MeshCluster, onCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import type { Prometheus } from "./prometheus.ts";
import { prometheusPod } from "./prometheus-pod.ts";
import type { ChartValues } from "./values.ts";
import { vizValues } from "./viz-values.ts";

/** Arguments of {@link Viz}. */
export interface VizArgs extends VizClusterPlan {
  /** The cluster to install it in. */
  readonly into: MeshCluster;
  /** The cluster's control plane. A pod that comes before it injects would have no proxy. */
  readonly controlPlane: Pick<ControlPlane, "injecting">;
  readonly charts: ChartLocation;
  /** The cluster's Prometheus. */
  readonly beside: Pick<Prometheus, "namespace">;
  /** How that Prometheus reads metrics, such as `plan.observability` of a topology. */
  readonly settings: Pick<ObservabilityPlan, "scrapeInterval" | "resources">;
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default "cluster.local" */
  readonly clusterDomain?: string;
  /** @default false */
  readonly highAvailability?: boolean;
  /** Where its images come from. @default those of the chart */
  readonly sources?: VizSources | undefined;
  /** Image of Prometheus. @default the public image */
  readonly prometheusImage?: string | undefined;
  /** Values of the chart, merged over the package's own. @default {} */
  readonly values?: ChartValues;
}

/**
 * Linkerd's extension linkerd-viz: `linkerd viz stat`, `linkerd viz tap`, and its page. It asks the Prometheus of its
 * cluster and brings none.
 *
 * Pods can be tapped that were created after it.
 *
 * @example
 * ```ts
 * new Viz("west", {
 *   into: west, cluster: "west", controlPlane, charts, beside: prometheus, collects: false,
 *   prometheusUrl: "http://prometheus.linkerd-observability.svc.cluster.local:9090",
 *   settings: { scrapeInterval: "30s", resources: { requests: {} } },
 * });
 * ```
 */
export class Viz extends pulumi.ComponentResource {
  /** Depend on it to wait until it is installed. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: VizArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("Viz", name, args, ["into", "controlPlane", "beside", "values"]);
    super("linkerd-topology:index:Viz", name, {}, opts);
    const { into, sources = {} } = args;
    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: vizNamespace,
          labels: {
            "linkerd.io/extension": "viz",
            // linkerd-init sets up iptables in the pods.
            "pod-security.kubernetes.io/enforce": "privileged",
          },
          annotations: {
            // Linkerd's command line looks for a Prometheus in this namespace without it.
            "viz.linkerd.io/external-prometheus": args.prometheusUrl,
            ...markOf(into),
          },
        },
      },
      inCluster(into, this),
    );
    const release = {
      cluster: into,
      namespace: vizNamespace,
      values: vizValues({
        prometheusUrl: args.prometheusUrl,
        trustDomain: args.trustDomain ?? "cluster.local",
        clusterDomain: args.clusterDomain ?? "cluster.local",
        highAvailability: args.highAvailability ?? false,
        sources,
        values: args.values ?? {},
      }),
      awaitPods: true,
    };
    const installed = linkerdRelease(name, "linkerd-viz", args.charts, release, {
      parent: this,
      dependsOn: [namespace, args.controlPlane.injecting],
    });
    this.ready = new ReleaseComplete(
      name,
      { ...accessTo(into), namespace: vizNamespace, releases: ["linkerd-viz"] },
      onCluster(into, this, { dependsOn: [installed] }),
    );
    if (args.collects) showOwnMetrics(name, args, this);
    this.registerOutputs({});
  }
}

/** A Prometheus that shows the metrics of the cluster alone, of those that the one beside it has. */
function showOwnMetrics(name: string, args: VizArgs, parent: Viz): void {
  const { cluster, into, settings } = args;
  const own = (...dependsOn: pulumi.Resource[]) =>
    inCluster(into, parent, { dependsOn: [args.beside.namespace, ...dependsOn] });
  const labels = { app: vizPrometheusName };
  const metadata = { name: vizPrometheusName, namespace: observabilityNamespace, labels };
  const collector = `http://${prometheusName}.${observabilityNamespace}:${prometheusPort}`;
  const config = new ConfigMap(
    name,
    {
      metadata,
      data: { [configFile]: vizPrometheusConfig({ cluster, collector, ...settings }) },
    },
    own(),
  );
  new Service(
    name,
    {
      metadata,
      spec: {
        selector: labels,
        ports: [{ name: "http", port: prometheusPort, targetPort: "http" }],
      },
    },
    own(),
  );
  const limit = `${String(timeLimits.observerStarted / 1000)}s`;
  new Deployment(
    name,
    {
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            ...prometheusPod({
              name: vizPrometheusName,
              image: args.prometheusImage,
              args: [],
              resources: settings.resources,
              config: vizPrometheusName,
              data: { emptyDir: {} },
            }),
          },
        },
      },
    },
    pulumi.mergeOptions(own(config, args.controlPlane.injecting), {
      customTimeouts: { create: limit, update: limit },
    }),
  );
}

/**
 * Finds out before anything is made whether a directory of charts has that of linkerd-viz, which only some topologies
 * want.
 *
 * @throws pulumi.RunError if it has not
 */
export function refuseMissingChart({ clusters, observability }: Plan, sources: Sources): void {
  if (observability?.viz === undefined) return;
  for (const { linkerd } of clusters) {
    const { charts } = sourcesOf(sources, linkerd.version);
    if (charts === undefined) continue;
    if (existsSync(join(charts, "linkerd-viz", "Chart.yaml"))) continue;
    throw new pulumi.RunError(
      `observability.viz: there is no chart linkerd-viz in ${charts} (put that of ${linkerd.version} there; where an ` +
        "earlier version of this package built the charts, run `up --new-sources`)",
    );
  }
}
