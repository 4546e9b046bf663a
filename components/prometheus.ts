import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { timeLimits } from "../system/time-limits.ts";
import { defaults } from "../planning/defaults.ts";
import { multiclusterNamespace } from "../planning/names.ts";
import {
  observabilityNamespace,
  prometheusName,
  prometheusPort,
} from "../planning/observability/names.ts";
import {
  configFile,
  plannedAlerts,
  plannedRulesFile,
  prometheusConfig,
  rulesFile,
} from "../planning/observability/prometheus-config.ts";
import type { ObservabilityPlan, PrometheusPlan } from "../planning/plan-types.ts";
import { certificatesIn } from "../linkerd/trust/certificates.ts";
import type { ControlPlane } from "./control-plane.ts";
import { inCluster, markOf, type MeshCluster } from "./mesh-cluster.ts";
import type { Multicluster } from "./multicluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import { prometheusPod } from "./prometheus-pod.ts";

/** Arguments of {@link Prometheus}. */
export interface PrometheusArgs extends PrometheusPlan {
  /** The cluster to install it in. */
  readonly into: MeshCluster;
  /** The cluster's control plane. A pod that comes before it injects would have no proxy. */
  readonly controlPlane: Pick<ControlPlane, "injecting">;
  readonly extension: Pick<Multicluster, "installed">;
  /** PEM of all certificates that the mesh trusts. An alert says when one of them is about to end. */
  readonly trustAnchorsPem: pulumi.Input<string>;
  /** How it keeps and reads metrics, such as `plan.observability` of a topology. */
  readonly settings: Pick<
    ObservabilityPlan,
    "retention" | "scrapeInterval" | "storage" | "storageClass" | "resources" | "alertmanagers"
  >;
  /** How long before their end certificates are renewed, in hours. @default 720 for both */
  readonly earlyRenewalHours?: { readonly anchor: number; readonly issuer: number };
  /** @default the public image */
  readonly image?: string | undefined;
}

/** Folder of the files that are the same in every cluster. */
const files = join(import.meta.dirname, "..", "observability");
const account = { app: prometheusName };
const early = defaults.earlyRenewalHours;

/**
 * Servers of the admin ports that Linkerd's multi-cluster chart makes, which admit only linkerd-viz. Which of
 * them there are depends on the release: a policy for one that is missing does nothing.
 */
const multiclusterServers = [
  "linkerd-admin",
  "service-mirror",
  "controller",
  "local-service-mirror",
] as const;

/**
 * A Prometheus, in a namespace of its own and meshed, that reads the metrics of all proxies, of the control
 * plane and of the multi-cluster extension. It has alerts for what matters, and the dashboards for Grafana are
 * beside it as ConfigMaps with the label `grafana_dashboard: "1"`.
 *
 * Only meshed clients may ask it. It serves no secrets, and may read nothing but pods and Services.
 *
 * @example
 * ```ts
 * new Prometheus("west", {
 *   into: west, cluster: "west", collects: [], targets: [], mirrors: [], controlPlane, extension,
 *   trustAnchorsPem: anchor.certificatePem,
 *   settings: { retention: "7d", scrapeInterval: "30s", resources: { requests: {} } },
 * });
 * ```
 */
export class Prometheus extends pulumi.ComponentResource {
  /** Its namespace, which others that observe the cluster share. */
  readonly namespace: pulumi.Resource;
  /** Depend on it to wait until its Service exists. */
  readonly service: pulumi.Resource;
  /** Depend on it to wait until it serves. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("Prometheus", name, args, [
      "into",
      "controlPlane",
      "extension",
      "trustAnchorsPem",
    ]);
    super("linkerd-topology:index:Prometheus", name, {}, opts);
    const { into, settings } = args;
    const own = (dependsOn: pulumi.Resource[] = [], more: pulumi.CustomResourceOptions = {}) =>
      inCluster(into, this, { dependsOn, ...more });
    const named = { name: prometheusName, namespace: observabilityNamespace };

    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: observabilityNamespace,
          // linkerd-init sets up iptables in the pods.
          labels: { "pod-security.kubernetes.io/enforce": "privileged" },
          annotations: {
            "linkerd.io/inject": "enabled",
            "config.linkerd.io/default-inbound-policy": "all-authenticated",
            ...markOf(into),
          },
        },
      },
      own(),
    );
    this.namespace = namespace;
    const user = new ServiceAccount(name, { metadata: named }, own([namespace]));
    const roleName = `${observabilityNamespace}-${prometheusName}`;
    const role = new ClusterRole(
      name,
      {
        metadata: { name: roleName },
        rules: [{ apiGroups: [""], resources: ["pods", "services"], verbs: ["list", "watch"] }],
      },
      own(),
    );
    const binding = new ClusterRoleBinding(
      name,
      {
        metadata: { name: roleName },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
        subjects: [{ kind: "ServiceAccount", ...named }],
      },
      own([role, user]),
    );
    const config = new ConfigMap(
      name,
      {
        metadata: { ...named, labels: account },
        data: {
          [configFile]: prometheusConfig({ ...args, ...settings }),
          [rulesFile]: readFileSync(join(files, rulesFile), "utf8"),
          [plannedRulesFile]: pulumi.output(args.trustAnchorsPem).apply((pem) =>
            plannedAlerts({
              ...args,
              anchorEnd: firstEnd(pem),
              earlyRenewalHours: args.earlyRenewalHours ?? { anchor: early, issuer: early },
            }),
          ),
        },
      },
      own([namespace]),
    );
    for (const [dashboard, content] of dashboards()) {
      new ConfigMap(
        `${name}-${dashboard}`,
        {
          metadata: {
            name: `dashboard-${dashboard}`,
            namespace: observabilityNamespace,
            labels: { grafana_dashboard: "1" },
          },
          data: { [`linkerd-topology-${dashboard}.json`]: content },
        },
        own([namespace]),
      );
    }
    const admitted = multiclusterServers.map(
      (server) =>
        new CustomResource(
          `${name}-${server}`,
          {
            apiVersion: "policy.linkerd.io/v1alpha1",
            kind: "AuthorizationPolicy",
            metadata: {
              name: `${observabilityNamespace}-${server}`,
              namespace: multiclusterNamespace,
            },
            spec: scrapedBy(server),
          },
          own([args.extension.installed]),
        ),
    );
    this.service = new Service(
      name,
      {
        metadata: { ...named, labels: account },
        spec: {
          selector: account,
          ports: [{ name: "http", port: prometheusPort, targetPort: "http" }],
        },
      },
      // Whether it has endpoints is the Deployment's matter.
      own([namespace], {}),
    );
    // A claim can't change its class, and can't be deleted while a pod uses it: another class is another claim, which the
    // pod has before the former one goes.
    const { storage, storageClass } = settings;
    const ofClass = storageClass === undefined ? "" : `-${storageClass}`;
    const claimName = `${prometheusName}${ofClass}`;
    const volume =
      storage === undefined
        ? undefined
        : new PersistentVolumeClaim(
            `${name}${ofClass}`,
            {
              metadata: {
                ...named,
                name: claimName,
                // A class may bind it only once a pod uses it.
                annotations: { "pulumi.com/skipAwait": "true" },
              },
              spec: {
                accessModes: ["ReadWriteOnce"],
                ...(storageClass !== undefined && { storageClassName: storageClass }),
                resources: { requests: { storage } },
              },
            },
            own([namespace]),
          );
    const limit = `${String(timeLimits.observerStarted / 1000)}s`;
    this.ready = new Deployment(
      name,
      {
        metadata: { ...named, labels: account },
        spec: {
          replicas: 1,
          // Two of them can't share a volume.
          strategy: { type: "Recreate" },
          selector: { matchLabels: account },
          template: {
            metadata: { labels: account },
            spec: {
              serviceAccountName: prometheusName,
              ...prometheusPod({
                name: prometheusName,
                image: args.image,
                args: [
                  `--storage.tsdb.retention.time=${settings.retention}`,
                  ...(storage === undefined
                    ? []
                    : [`--storage.tsdb.retention.size=${fourFifthsOf(storage)}`]),
                  ...(args.collects.length > 0 ? ["--web.enable-remote-write-receiver"] : []),
                ],
                resources: settings.resources,
                config: prometheusName,
                data:
                  volume === undefined
                    ? { emptyDir: {} }
                    : { persistentVolumeClaim: { claimName } },
              }),
            },
          },
        },
      },
      own(
        [
          config,
          binding,
          ...admitted,
          ...(volume === undefined ? [] : [volume]),
          args.controlPlane.injecting,
        ],
        { customTimeouts: { create: limit, update: limit } },
      ),
    );
    this.registerOutputs({});
  }
}

/** Lets the Prometheus of the same cluster read what a Server admits. */
function scrapedBy(server: string) {
  return {
    targetRef: { group: "policy.linkerd.io", kind: "Server", name: server },
    requiredAuthenticationRefs: [
      { kind: "ServiceAccount", name: prometheusName, namespace: observabilityNamespace },
    ],
  };
}

function dashboards(): [string, string][] {
  const folder = join(files, "dashboards");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => [file.replace(/\.json$/, ""), readFileSync(join(folder, file), "utf8")]);
}

/**
 * Of a size of a volume, in Prometheus' words, whose MB is Kubernetes' Mi. What was written last is not counted among the
 * data yet, and Prometheus needs room to merge blocks.
 */
function fourFifthsOf(size: string): string {
  const mebibytes = { Mi: 1, Gi: 1024, Ti: 1024 * 1024 }[size.slice(-2)];
  if (mebibytes === undefined) throw new Error(`${size} is no size of a volume`);
  return `${Math.floor(Number.parseInt(size, 10) * mebibytes * 0.8)}MB`;
}

/** When the first of the certificates ends, in seconds since 1970. */
function firstEnd(pem: string): number {
  const ends = certificatesIn(pem).map(({ validTo }) => Date.parse(validTo));
  if (ends.length === 0) throw new Error("the trust anchors have no certificate");
  return Math.floor(Math.min(...ends) / 1000);
}
