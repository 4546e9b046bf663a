import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import * as pulumi from "@pulumi/pulumi";
import { jaegerConfig, jaegerHealth } from "../planning/observability/jaeger-config.ts";
import {
  jaegerImage,
  jaegerName,
  jaegerPort,
  observabilityNamespace,
  otlpHttpPort,
  otlpPort,
} from "../planning/observability/names.ts";
import type { JaegerPlan, TracingPlan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import type { ControlPlane } from "./control-plane.ts";
import { inCluster, type MeshCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";
import type { Prometheus } from "./prometheus.ts";

/** Arguments of {@link Jaeger}. */
export interface JaegerArgs extends Pick<JaegerPlan, "passTo"> {
  /** The cluster to install it in. */
  readonly into: MeshCluster;
  /** The cluster's control plane. A pod that comes before it injects would have no proxy. */
  readonly controlPlane: Pick<ControlPlane, "injecting">;
  /** The cluster's Prometheus, in whose namespace it is. */
  readonly beside: Pick<Prometheus, "namespace">;
  /** What it keeps and uses, such as `plan.observability.tracing` of a topology. */
  readonly settings: Pick<TracingPlan, "maxTraces" | "resources">;
  /** @default the public image */
  readonly image?: string | undefined;
}

const labels = { app: jaegerName };
/** Upstream's image runs as this user too. */
const user = 10_001;

/** The port to which proxies send spans. */
const spans = { name: "otlp-grpc", port: otlpPort };

/**
 * A Jaeger, meshed, that takes the spans of its cluster's proxies and workloads by OTLP. It keeps them in memory and
 * answers what it is asked about them, or it passes them all on to the Jaeger of another cluster.
 *
 * Only meshed clients may ask it. Everybody in the cluster may send it spans by gRPC.
 *
 * @example
 * ```ts
 * new Jaeger("west", {
 *   into: west, controlPlane, beside: prometheus,
 *   settings: { maxTraces: 50_000, resources: { requests: {} } },
 * });
 * ```
 */
export class Jaeger extends pulumi.ComponentResource {
  /** Depend on it to wait until its Service exists. */
  readonly service: pulumi.Resource;
  /** Depend on it to wait until it serves. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: JaegerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("Jaeger", name, args, ["into", "controlPlane", "beside"]);
    super("linkerd-topology:index:Jaeger", name, {}, opts);
    const { into, settings } = args;
    const own = (dependsOn: pulumi.Resource[], more: pulumi.CustomResourceOptions = {}) =>
      inCluster(into, this, { dependsOn, ...more });
    const { namespace } = args.beside;
    const metadata = { name: jaegerName, namespace: observabilityNamespace, labels };

    const account = new ServiceAccount(name, { metadata }, own([namespace]));
    const admitted = new CustomResource(
      name,
      {
        apiVersion: "policy.linkerd.io/v1beta3",
        kind: "Server",
        metadata: { ...metadata, name: `${jaegerName}-${spans.name}` },
        spec: {
          podSelector: { matchLabels: labels },
          port: spans.name,
          proxyProtocol: "gRPC",
          // A proxy connects before it has its certificate, and keeps the connection. The namespace's policy,
          // which admits only the authenticated, would refuse all spans on it for good.
          accessPolicy: "cluster-unauthenticated",
        },
      },
      own([namespace, args.controlPlane.injecting]),
    );
    const served = [
      spans,
      { name: "otlp-http", port: otlpHttpPort },
      ...(args.passTo === undefined ? [{ name: "query", port: jaegerPort }] : []),
    ];
    this.service = new Service(
      name,
      {
        metadata,
        spec: {
          selector: labels,
          ports: served.map((one) => ({ ...one, targetPort: one.name })),
        },
      },
      own([namespace]),
    );
    const limit = `${String(timeLimits.observerStarted / 1000)}s`;
    const probe = (rest: object) => ({
      httpGet: jaegerHealth,
      // Kubernetes' default of one second is too short if all clusters of a topology share a few cores.
      timeoutSeconds: 5,
      ...rest,
    });
    this.ready = new Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: 1,
          // Of two, each would have a part of the traces.
          strategy: { type: "Recreate" },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: jaegerName,
              enableServiceLinks: false,
              securityContext: {
                runAsNonRoot: true,
                runAsUser: user,
                runAsGroup: user,
                seccompProfile: { type: "RuntimeDefault" },
              },
              containers: [
                {
                  name: jaegerName,
                  image: args.image ?? jaegerImage,
                  imagePullPolicy: "IfNotPresent",
                  // In the arguments, another configuration means another pod: Jaeger doesn't read a file again.
                  args: [`--config=yaml:${jaegerConfig({ ...args, ...settings })}`],
                  ports: served.map(({ name: port, port: containerPort }) => ({
                    name: port,
                    containerPort,
                  })),
                  startupProbe: probe({ periodSeconds: 1, failureThreshold: 300 }),
                  readinessProbe: probe({ periodSeconds: 10 }),
                  livenessProbe: probe({ periodSeconds: 30 }),
                  resources: { ...settings.resources },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                  },
                },
              ],
            },
          },
        },
      },
      own([account, admitted, args.controlPlane.injecting], {
        customTimeouts: { create: limit, update: limit },
      }),
    );
    this.registerOutputs({});
  }
}
