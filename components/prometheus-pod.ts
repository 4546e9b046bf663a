import { prometheusImage, prometheusPort } from "../planning/observability/names.ts";
import { configFile } from "../planning/observability/prometheus-config.ts";
import type { PlannedResources } from "../planning/plan-types.ts";

/** Where a Prometheus finds its configuration. */
const configFolder = "/etc/prometheus";
const dataFolder = "/prometheus";
/** Upstream's image runs as this user too. */
const nobody = 65_534;

/** What the pod of a Prometheus is made from. */
export interface PrometheusPod {
  /** Of its container. */
  readonly name: string;
  /** @default the public image */
  readonly image: string | undefined;
  /** Arguments besides those about its files. */
  readonly args: readonly string[];
  readonly resources: PlannedResources;
  /** Name of the ConfigMap with its configuration. */
  readonly config: string;
  /** The volume for its data. */
  readonly data:
    | { readonly emptyDir: Readonly<Record<string, never>> }
    | { readonly persistentVolumeClaim: { readonly claimName: string } };
}

/** What specifies the pod of a Prometheus: it runs as nobody, and writes nothing but its data. */
export function prometheusPod({ name, image, args, resources, config, data }: PrometheusPod) {
  return {
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nobody,
      runAsGroup: nobody,
      fsGroup: nobody,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name,
        image: image ?? prometheusImage,
        imagePullPolicy: "IfNotPresent",
        args: [
          `--config.file=${configFolder}/${configFile}`,
          // A new configuration doesn't cost the data that the pod has.
          "--config.auto-reload",
          `--storage.tsdb.path=${dataFolder}`,
          ...args,
        ],
        ports: [{ name: "http", containerPort: prometheusPort }],
        startupProbe: probe("/-/ready", { periodSeconds: 1, failureThreshold: 300 }),
        readinessProbe: probe("/-/ready", { periodSeconds: 10 }),
        livenessProbe: probe("/-/healthy", { periodSeconds: 30 }),
        resources: { ...resources },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "config", mountPath: configFolder, readOnly: true },
          { name: "data", mountPath: dataFolder },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: config } },
      { name: "data", ...data },
    ],
  };
}

function probe(path: string, rest: object) {
  // Kubernetes' default of one second is too short if all clusters of a topology share a few cores.
  return { httpGet: { path, port: "http" }, timeoutSeconds: 5, ...rest };
}
