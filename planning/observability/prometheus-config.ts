import { stringify } from "yaml";
import { linkerdNamespace, multiclusterNamespace } from "../names.ts";
import type { PrometheusPlan } from "../plan-types.ts";
import { observabilityNamespace, prometheusName, prometheusPort } from "./names.ts";

/** Files of a Prometheus in its configuration folder. */
export const configFile = "prometheus.yml";
export const rulesFile = "rules.yml";
export const plannedRulesFile = "planned-rules.yml";

/** What the configuration of a Prometheus depends on. */
export interface PrometheusConfig extends Pick<PrometheusPlan, "cluster" | "writeTo"> {
  readonly scrapeInterval: string;
  /** URLs of the Alertmanagers that get the alerts. @default none */
  readonly alertmanagers?: readonly string[];
}

/**
 * The text of a Prometheus' configuration. Every series has the label `cluster`: the dashboards and the alerts
 * are the same for one cluster and for the Prometheus that has the metrics of all.
 */
export function prometheusConfig({
  cluster,
  scrapeInterval,
  alertmanagers = [],
  writeTo,
}: PrometheusConfig): string {
  const inCluster = { target_label: "cluster", replacement: cluster };
  return stringify(
    {
      global: {
        scrape_interval: scrapeInterval,
        evaluation_interval: scrapeInterval,
      },
      rule_files: [rulesFile, plannedRulesFile],
      scrape_configs: [
        {
          job_name: "prometheus",
          static_configs: [{ targets: [`localhost:${prometheusPort}`] }],
          relabel_configs: [inCluster],
        },
        proxies(inCluster),
        controllers(inCluster),
        mirrors(inCluster),
      ],
      ...(alertmanagers.length > 0 && {
        alerting: {
          // As an external label it would keep others from reading the series of this cluster: a Prometheus takes its
          // external labels for missing in what it stores.
          alert_relabel_configs: [{ source_labels: ["cluster"], regex: "", ...inCluster }],
          alertmanagers: alertmanagers.map((url) => alertmanager(new URL(url))),
        },
      }),
      ...(writeTo !== undefined && {
        remote_write: [
          {
            name: "collector",
            url: writeTo,
            // The one that collects has the same alerts.
            write_relabel_configs: [
              { source_labels: ["__name__"], regex: "ALERTS.*", action: "drop" },
            ],
          },
        ],
      }),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** What the configuration of the Prometheus that linkerd-viz asks depends on, in the cluster that collects. */
export interface VizPrometheusConfig {
  readonly cluster: string;
  readonly scrapeInterval: string;
  /** URL of the Prometheus that collects. */
  readonly collector: string;
}

/**
 * The text of the configuration of a Prometheus that stores nothing. It shows the series of one cluster that another
 * Prometheus has, without the label `cluster`: linkerd-viz doesn't know that label, and would add up the workloads of
 * the same name of all clusters.
 */
export function vizPrometheusConfig(asked: VizPrometheusConfig): string {
  const { cluster, scrapeInterval, collector } = asked;
  return stringify({
    // linkerd-viz reads from it which spans of time it can tell about. The labels are what is asked for.
    global: { scrape_interval: scrapeInterval, external_labels: { cluster } },
    remote_read: [{ name: "collector", url: `${collector}/api/v1/read`, read_recent: true }],
  });
}

function alertmanager({ protocol, host, pathname }: URL) {
  return {
    scheme: protocol.slice(0, -1),
    ...(pathname !== "/" && { path_prefix: pathname }),
    static_configs: [{ targets: [host] }],
  };
}

const proxyAdminPort = 4191;

type Relabeling = Readonly<Record<string, unknown>>;

/** For answers that don't name their format. */
const textFormat = { fallback_scrape_protocol: "PrometheusText0.0.4" };
const running: Relabeling = {
  source_labels: ["__meta_kubernetes_pod_phase"],
  regex: "Succeeded|Failed",
  action: "drop",
};
const place: readonly Relabeling[] = [
  { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
  { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
];

/** All proxies: containers of that name, also those that are init containers (native sidecars). */
function proxies(inCluster: Relabeling) {
  return {
    job_name: "linkerd-proxy",
    ...textFormat,
    kubernetes_sd_configs: [{ role: "pod" }],
    relabel_configs: [
      {
        source_labels: [
          "__meta_kubernetes_pod_container_name",
          "__meta_kubernetes_pod_container_port_name",
        ],
        regex: "linkerd-proxy;linkerd-admin",
        action: "keep",
      },
      running,
      // By the pod's address, its own proxy takes it for a client without a certificate.
      {
        source_labels: ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_label_app"],
        regex: `${observabilityNamespace};${prometheusName}`,
        target_label: "__address__",
        replacement: `localhost:${proxyAdminPort}`,
      },
      ...place,
      {
        source_labels: ["__meta_kubernetes_pod_annotation_linkerd_io_proxy_version"],
        target_label: "proxy_version",
      },
      // Linkerd's labels of the workload, such as `deployment`.
      {
        regex: "__meta_kubernetes_pod_label_linkerd_io_proxy_job",
        replacement: "k8s_job",
        action: "labelmap",
      },
      {
        regex:
          "__meta_kubernetes_pod_label_linkerd_io_proxy_(deployment|statefulset|daemonset|replicaset|replicationcontroller|cronjob)",
        action: "labelmap",
      },
      inCluster,
    ],
  };
}

/** The control plane and the multi-cluster extension, gateway probes among them. */
function controllers(inCluster: Relabeling) {
  return {
    job_name: "linkerd-controller",
    ...textFormat,
    kubernetes_sd_configs: [
      { role: "pod", namespaces: { names: [linkerdNamespace, multiclusterNamespace] } },
    ],
    relabel_configs: [
      {
        source_labels: ["__meta_kubernetes_pod_container_port_name"],
        regex: ".*-admin",
        action: "keep",
      },
      {
        source_labels: ["__meta_kubernetes_pod_container_port_name"],
        regex: "linkerd-admin",
        action: "drop",
      },
      running,
      ...place,
      { source_labels: ["__meta_kubernetes_pod_container_name"], target_label: "component" },
      // Service mirrors have the name of their target.
      {
        source_labels: ["__meta_kubernetes_pod_label_mirror_linkerd_io_cluster_name"],
        target_label: "service_mirror",
      },
      inCluster,
    ],
  };
}

/**
 * Which mirror Services there are. No metric of Linkerd says it, so each is a target that always answers: this
 * Prometheus itself, asked for no series at all.
 */
function mirrors(inCluster: Relabeling) {
  const label = "mirror.linkerd.io/mirrored-service";
  return {
    job_name: "linkerd-mirrors",
    metrics_path: "/federate",
    params: { "match[]": ['{__name__="none"}'] },
    kubernetes_sd_configs: [
      { role: "service", selectors: [{ role: "service", label: `${label}=true` }] },
    ],
    relabel_configs: [
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      { source_labels: ["__meta_kubernetes_service_name"], target_label: "service" },
      {
        source_labels: ["__meta_kubernetes_service_label_mirror_linkerd_io_cluster_name"],
        target_label: "target_cluster_name",
      },
      {
        source_labels: ["namespace", "service"],
        separator: "/",
        target_label: "instance",
      },
      { target_label: "__address__", replacement: `localhost:${prometheusPort}` },
      inCluster,
    ],
  };
}

/** What the alerts depend on that only the plan knows. */
export interface PlannedAlerts extends Pick<
  PrometheusPlan,
  "cluster" | "collects" | "targets" | "mirrors"
> {
  /** When the first trust anchor ends, in seconds since 1970. */
  readonly anchorEnd: number;
  /** How long before their end certificates are renewed. */
  readonly earlyRenewalHours: { readonly anchor: number; readonly issuer: number };
}

/** Components of the control plane, by their containers. */
const controlPlane = ["destination", "identity", "proxy-injector"];

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning";
  /** Two alerts of one name must differ in them. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** The text of the alerts that name what was planned. `observability/rules.yml` has the others. */
export function plannedAlerts(planned: PlannedAlerts): string {
  const rules = [...certificateAlerts(planned), ...missingAlerts(planned)].map(
    ({ severity, summary, description, labels, ...rule }) => ({
      ...rule,
      labels: { severity, cluster: planned.cluster, ...labels },
      annotations: { summary, description },
    }),
  );
  return stringify({ groups: [{ name: "linkerd-planned", rules }] }, { lineWidth: 0 });
}

function certificateAlerts({ cluster, anchorEnd, earlyRenewalHours }: PlannedAlerts): Alert[] {
  const seconds = (hours: number) => Math.max(hours, shortestNotice) * 3600;
  return [
    {
      alert: "LinkerdTrustAnchorNearItsEnd",
      expr: `vector(${anchorEnd}) - time() < ${seconds(earlyRenewalHours.anchor)}`,
      for: "5m",
      severity: "warning",
      summary: "A trust anchor is near its end",
      description:
        "When it has ended, no proxy accepts a certificate that was signed with it. Rotate it in steps (docs/trust.md).",
    },
    {
      alert: "LinkerdIssuerNearItsEnd",
      expr: `issuer_cert_ttl_seconds{cluster="${cluster}"} < ${seconds(earlyRenewalHours.issuer)}`,
      for: "5m",
      severity: "warning",
      summary: `The issuer of ${cluster} is near its end`,
      description:
        "When it has ended, proxies get no certificate. The next up renews an issuer that the package made.",
    },
    {
      alert: "LinkerdIssuerEnds",
      expr: `issuer_cert_ttl_seconds{cluster="${cluster}"} < ${seconds(earlyRenewalHours.issuer / 10)}`,
      for: "5m",
      severity: "critical",
      summary: `The issuer of ${cluster} ends soon`,
      description: "When it has ended, proxies get no certificate. Run up now.",
    },
  ];
}

/** In hours: less would leave no time to act. */
const shortestNotice = 1;

/** What should be there and isn't. */
function missingAlerts({ cluster, collects, targets, mirrors }: PlannedAlerts): Alert[] {
  const absent = (labels: Readonly<Record<string, string>>) => {
    const matchers = Object.entries(labels).map(([label, value]) => `${label}=${quote(value)}`);
    return `absent(up{${matchers.join(",")}})`;
  };
  const controller = { job: "linkerd-controller", cluster };
  return [
    ...controlPlane.map((component): Alert => ({
      alert: "LinkerdComponentMissing",
      expr: absent({ ...controller, component }),
      for: "5m",
      severity: "critical",
      labels: { component },
      summary: `No pod of ${cluster} runs Linkerd's ${component}`,
      description: "Its Deployment in the namespace linkerd says why.",
    })),
    ...targets.map((target): Alert => ({
      alert: "LinkerdLinkNotAlive",
      expr: absent({ ...controller, service_mirror: target }),
      for: "5m",
      severity: "critical",
      labels: { service_mirror: target },
      summary: `No service mirror of ${cluster} follows its Link to ${target}`,
      description: `The Deployment controller-${target} in the namespace linkerd-multicluster says why.`,
    })),
    ...mirrors.map(({ namespace, service }): Alert => ({
      alert: "LinkerdMirrorMissing",
      expr: absent({ job: "linkerd-mirrors", cluster, namespace, service }),
      for: "5m",
      severity: "warning",
      labels: { namespace, service },
      summary: `The mirror Service ${namespace}/${service} of ${cluster} is missing`,
      description:
        "The Service that it mirrors is gone or has lost its export label, or the service mirror doesn't follow the " +
        "Link. linkerd-topology verify says which.",
    })),
    ...collects.map((source): Alert => ({
      alert: "LinkerdClusterSilent",
      expr: absent({ job: "prometheus", cluster: source }),
      for: "5m",
      severity: "critical",
      labels: { cluster: source },
      summary: `The Prometheus of ${source} writes nothing to the one of ${cluster}`,
      description:
        `It doesn't run, or the Link from ${source} to ${cluster} carries no requests. It keeps what it could not ` +
        "write for about two hours.",
    })),
  ];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
