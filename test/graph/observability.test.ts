import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { countResources } from "../../planning/count-resources.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { PrometheusSpec, Topology } from "../../planning/topology.ts";
import {
  memberName,
  pair,
  registerTopology,
  sources,
  temporaryDirectory,
  writeTemporary,
} from "./fixtures.ts";
import { closure, find, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const topology = { ...pair, observability: { collectIn: "east" } };

void describe("a topology that is observed", async () => {
  const all = await registerTopology(topology, { images: { prometheus: "own/prometheus:v3" } });
  const named = (type: string, cluster: string, suffix = "") =>
    find(all, type, `${memberName(all, cluster)}-prometheus${suffix}`);

  void it("has the resources that were counted", () => {
    assert.equal(countResources(planOrThrow(topology, { name: "lab", sources })), all.length + 1);
    const withVolume = { ...pair, observability: { prometheus: { storage: "1Gi" } } };
    const plain = planOrThrow({ ...pair, observability: {} }, { name: "lab", sources });
    assert.equal(
      (countResources(planOrThrow(withVolume, { name: "lab", sources })) ?? 0) -
        (countResources(plain) ?? 0),
      2,
    );
  });

  void it("runs the image of the sources, as nobody, with no right to write", () => {
    const { inputs } = named("kubernetes:apps/v1:Deployment", "west");
    const { spec } = (inputs["spec"] as Deployment).template;
    const [container] = spec.containers;
    assert.equal(container?.image, "own/prometheus:v3");
    assert.equal(spec.securityContext["runAsNonRoot"], true);
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.deepEqual(
      named("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "west").inputs["rules"],
      [{ apiGroups: [""], resources: ["pods", "services"], verbs: ["list", "watch"] }],
    );
  });

  void it("keeps its data on a volume of the class that the topology names", async () => {
    const stored = async (prometheus: PrometheusSpec) => {
      const registered = await registerTopology({ ...pair, observability: { prometheus } });
      const prefix = `${memberName(registered, "west")}-prometheus`;
      const { inputs } = find(registered, "kubernetes:apps/v1:Deployment", prefix);
      const { containers, volumes } = (inputs["spec"] as Deployment).template.spec;
      const claims = registered.filter(({ type }) => type.endsWith(":PersistentVolumeClaim"));
      return {
        claim: claims.find(({ name }) => name.startsWith(prefix)),
        volume: volumes.find(({ name }) => name === "data"),
        args: containers[0]?.args.filter((one) => one.includes("retention.size")),
      };
    };
    const named = await stored({ storage: "5Gi", storageClass: "fast" });
    assert.match(named.claim?.name ?? "", /-prometheus-fast$/);
    assert.deepEqual(named.claim?.inputs["spec"], {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "fast",
      resources: { requests: { storage: "5Gi" } },
    });
    assert.deepEqual(named.volume?.persistentVolumeClaim, { claimName: "prometheus-fast" });
    assert.deepEqual(named.args, ["--storage.tsdb.retention.size=4096MB"]);
    const usual = await stored({ storage: "500Mi" });
    assert.match(usual.claim?.name ?? "", /-prometheus$/);
    assert.deepEqual(usual.volume?.persistentVolumeClaim, { claimName: "prometheus" });
    assert.deepEqual(usual.args, ["--storage.tsdb.retention.size=400MB"]);
    const none = await stored({});
    assert.deepEqual(none, { claim: undefined, volume: { name: "data", emptyDir: {} }, args: [] });
  });

  void it("lets others write only to the one that collects", () => {
    const receives = (cluster: string) => {
      const { spec } = (
        named("kubernetes:apps/v1:Deployment", cluster).inputs["spec"] as Deployment
      ).template;
      return spec.containers[0]?.args.includes("--web.enable-remote-write-receiver");
    };
    assert.deepEqual([receives("west"), receives("east")], [false, true]);
  });

  void it("is admitted at the admin ports of the multi-cluster extension, by its account", () => {
    const { inputs } = named(
      "kubernetes:policy.linkerd.io/v1alpha1:AuthorizationPolicy",
      "west",
      "-controller",
    );
    assert.deepEqual(inputs["spec"], {
      targetRef: { group: "policy.linkerd.io", kind: "Server", name: "controller" },
      requiredAuthenticationRefs: [
        { kind: "ServiceAccount", name: "prometheus", namespace: "linkerd-observability" },
      ],
    });
  });

  void it("waits for the injector, and its export for its Service", () => {
    const keys = (one: Registration) => [...closure(all, one)];
    const deployment = named("kubernetes:apps/v1:Deployment", "east");
    assert.ok(keys(deployment).some((key) => key.includes("InjectorReady")));
    const exported = all.find(({ name }) =>
      name.includes("-export-linkerd-observability.prometheus"),
    );
    assert.ok(exported);
    const service = named("kubernetes:core/v1:Service", "east");
    assert.ok(keys(exported).includes(service.key));
  });

  void it("has dashboards that are JSON, and a configuration that names its cluster", () => {
    const boards = all.filter(
      ({ type, inputs }) =>
        type === "kubernetes:core/v1:ConfigMap" &&
        (inputs["metadata"] as Meta).labels?.["grafana_dashboard"] === "1",
    );
    assert.equal(boards.length, 6);
    for (const { inputs } of boards) {
      const [text = ""] = Object.values(inputs["data"] as Record<string, string>);
      assert.ok((JSON.parse(text) as { panels: unknown[] }).panels.length > 5);
    }
    const data = named("kubernetes:core/v1:ConfigMap", "west").inputs["data"] as Record<
      string,
      string
    >;
    const config = parse(data["prometheus.yml"] ?? "") as {
      scrape_configs: { relabel_configs: { replacement?: string }[] }[];
      remote_write: { url: string }[];
    };
    assert.equal(config.scrape_configs[0]?.relabel_configs[0]?.replacement, "west");
    assert.match(config.remote_write[0]?.url ?? "", /^http:\/\/prometheus-east\./);
  });
});

void describe("a topology that is traced", async () => {
  const traced: Topology = {
    clusters: [
      { name: "west", trust: { domain: "west.test" } },
      { name: "east", clusterDomain: "east.internal", trust: { domain: "east.internal" } },
    ],
    links: [{ between: ["west", "east"] }],
    observability: { collectIn: "east", tracing: { maxTraces: 9 } },
    linkerd: { values: { controlPlane: { proxy: { logLevel: "debug" } } } },
  };
  const all = await registerTopology(traced, { images: { jaeger: "own/jaeger:2" } });
  const named = (type: string, cluster: string, suffix = "-jaeger") =>
    find(all, type, `${memberName(all, cluster)}${suffix}`);

  void it("has the resources that were counted", () => {
    assert.equal(countResources(planOrThrow(traced, { name: "lab", sources })), all.length + 1);
  });

  void it("runs the image of the sources, as upstream's user, with no right to write", () => {
    const { spec } = (named("kubernetes:apps/v1:Deployment", "west").inputs["spec"] as Deployment)
      .template;
    const [container] = spec.containers;
    assert.equal(container?.image, "own/jaeger:2");
    assert.equal(spec.securityContext["runAsNonRoot"], true);
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  void it("keeps traces in the cluster that collects, and passes them on elsewhere", () => {
    const exporters = (cluster: string) => {
      const { inputs } = named("kubernetes:apps/v1:Deployment", cluster);
      const [argument = ""] =
        (inputs["spec"] as Deployment).template.spec.containers[0]?.args ?? [];
      assert.match(argument, /^--config=yaml:/);
      return (parse(argument.replace("--config=yaml:", "")) as { exporters: unknown }).exporters;
    };
    assert.deepEqual(exporters("east"), { jaeger_storage_exporter: { trace_storage: "traces" } });
    assert.deepEqual(exporters("west"), {
      otlp: {
        endpoint: "jaeger-east.linkerd-observability.svc.cluster.local:4317",
        tls: { insecure: true },
      },
    });
    const ports = (cluster: string) =>
      (
        named("kubernetes:core/v1:Service", cluster).inputs["spec"] as {
          ports: { port: number }[];
        }
      ).ports.map(({ port }) => port);
    assert.deepEqual(
      [ports("west"), ports("east")],
      [
        [4317, 4318],
        [4317, 4318, 16_686],
      ],
    );
  });

  void it("admits proxies that have no certificate yet, for spans alone", () => {
    const { inputs } = named("kubernetes:policy.linkerd.io/v1beta3:Server", "west");
    assert.deepEqual(inputs["spec"], {
      podSelector: { matchLabels: { app: "jaeger" } },
      port: "otlp-grpc",
      proxyProtocol: "gRPC",
      accessPolicy: "cluster-unauthenticated",
    });
  });

  void it("has proxies send spans to their own cluster's, which they know by its account", () => {
    const tracing = (cluster: string) => {
      const { inputs } = named("kubernetes:helm.sh/v3:Release", cluster, "-control-plane");
      const { proxy } = inputs["values"] as { proxy: { tracing: unknown; logLevel: string } };
      assert.equal(proxy.logLevel, "debug");
      return proxy.tracing;
    };
    assert.deepEqual(tracing("east"), {
      enabled: true,
      labels: { "k8s.cluster.name": "east" },
      collector: {
        endpoint: "jaeger.linkerd-observability.svc.east.internal.:4317",
        meshIdentity: { serviceAccountName: "jaeger", namespace: "linkerd-observability" },
      },
    });
    // The chart would end the identity with the cluster's domain.
    assert.deepEqual(tracing("west"), {
      enabled: true,
      labels: { "k8s.cluster.name": "west" },
      collector: {
        endpoint: "jaeger.linkerd-observability.svc.cluster.local.:4317",
        meshIdentity: {
          serviceAccountName: "jaeger",
          namespace: "linkerd-observability.serviceaccount.identity.linkerd.west.test #",
        },
      },
    });
  });

  void it("leaves the values of proxies alone where nothing is traced", async () => {
    const plain = await registerTopology(topology);
    const { inputs } = find(
      plain,
      "kubernetes:helm.sh/v3:Release",
      `${memberName(plain, "west")}-control-plane`,
    );
    assert.equal((inputs["values"] as { proxy?: unknown }).proxy, undefined);
  });

  void it("waits for the injector, and its export for its Service", () => {
    const keys = (one: Registration) => [...closure(all, one)];
    const deployment = named("kubernetes:apps/v1:Deployment", "east");
    assert.ok(keys(deployment).some((key) => key.includes("InjectorReady")));
    const exported = all.find(({ name }) => name.includes("-export-linkerd-observability.jaeger"));
    assert.ok(exported);
    assert.ok(keys(exported).includes(named("kubernetes:core/v1:Service", "east").key));
  });
});

void describe("a topology with linkerd-viz", async () => {
  const charts = dirname(dirname(writeTemporary("with-viz/linkerd-viz/Chart.yaml", "")));
  const shown: Topology = {
    clusters: [
      { name: "west", trust: { domain: "west.test" } },
      { name: "east", clusterDomain: "east.internal" },
    ],
    links: [{ between: ["west", "east"] }],
    observability: { collectIn: "east", viz: true },
    linkerd: { values: { viz: { tap: { replicas: 2 } } } },
  };
  const own = {
    charts,
    images: { prometheus: "own/prometheus:v3" },
    viz: {
      images: { metricsApi: "registry.example:5000/own/metrics:1", tap: "own/tap:2" },
      page: false,
    },
  };
  const all = await registerTopology(shown, own);
  const named = (type: string, cluster: string) =>
    find(all, type, `${memberName(all, cluster)}-viz`);
  const release = (cluster: string) => named("kubernetes:helm.sh/v3:Release", cluster).inputs;

  void it("has the resources that were counted", () => {
    assert.equal(countResources(planOrThrow(shown, { name: "lab", sources })), all.length + 1);
  });

  void it("installs the chart beside the others, and waits for its pods", () => {
    const { chart, name, namespace, skipAwait } = release("west");
    assert.deepEqual(
      { chart, name, namespace, skipAwait },
      {
        chart: join(charts, "linkerd-viz"),
        name: "linkerd-viz",
        namespace: "linkerd-viz",
        skipAwait: false,
      },
    );
  });

  void it("tells it its cluster's domains, its Prometheus and its images, and that there is no page", () => {
    assert.deepEqual(release("west")["values"], {
      identityTrustDomain: "west.test",
      clusterDomain: "cluster.local",
      prometheusUrl: "http://prometheus.linkerd-observability.svc.cluster.local:9090",
      prometheus: { enabled: false },
      metricsAPI: { image: { registry: "registry.example:5000/own", name: "metrics", tag: "1" } },
      tap: { image: { registry: "own", name: "tap", tag: "2" }, replicas: 2 },
      tapInjector: { image: { registry: "own", name: "tap", tag: "2" } },
      dashboard: { replicas: 0 },
      createNamespaceMetadataJob: false,
    });
  });

  void it("leaves images and the page to the chart where the sources don't name any", async () => {
    const plain = await registerTopology({ ...shown, linkerd: {} }, { charts });
    const { inputs } = find(
      plain,
      "kubernetes:helm.sh/v3:Release",
      `${memberName(plain, "east")}-viz`,
    );
    assert.deepEqual(inputs["values"], {
      identityTrustDomain: "cluster.local",
      clusterDomain: "east.internal",
      prometheusUrl: "http://prometheus-viz.linkerd-observability.svc.east.internal:9090",
      prometheus: { enabled: false },
      ...{ metricsAPI: {}, tap: {}, tapInjector: {}, dashboard: {} },
      createNamespaceMetadataJob: false,
    });
  });

  void it("has its namespace say where the figures come from", () => {
    const { metadata } = named("kubernetes:core/v1:Namespace", "east").inputs as {
      metadata: { labels: unknown; annotations: unknown };
    };
    assert.deepEqual(metadata.annotations, {
      "viz.linkerd.io/external-prometheus":
        "http://prometheus-viz.linkerd-observability.svc.east.internal:9090",
    });
    assert.deepEqual(metadata.labels, {
      "linkerd.io/extension": "viz",
      "pod-security.kubernetes.io/enforce": "privileged",
    });
  });

  void it("shows it its own cluster's metrics alone where those of all are", () => {
    const { data } = named("kubernetes:core/v1:ConfigMap", "east").inputs as {
      data: Record<string, string>;
    };
    assert.deepEqual(parse(data["prometheus.yml"] ?? ""), {
      global: { scrape_interval: "30s", external_labels: { cluster: "east" } },
      remote_read: [
        {
          name: "collector",
          url: "http://prometheus.linkerd-observability:9090/api/v1/read",
          read_recent: true,
        },
      ],
    });
    const { spec } = (named("kubernetes:apps/v1:Deployment", "east").inputs["spec"] as Deployment)
      .template;
    assert.equal(spec.containers[0]?.image, "own/prometheus:v3");
    const elsewhere = all.filter(
      ({ type, name }) => type.startsWith("kubernetes:") && name.endsWith("-viz"),
    );
    assert.deepEqual(
      elsewhere
        .filter(({ name }) => name.startsWith("lab-west-"))
        .map(({ type }) => type)
        .sort(),
      ["kubernetes:core/v1:Namespace", "kubernetes:helm.sh/v3:Release"],
    );
  });

  void it("waits for the injector", () => {
    const keys = [...closure(all, named("kubernetes:helm.sh/v3:Release", "west"))];
    assert.ok(keys.some((key) => key.includes("InjectorReady")));
  });

  void it("has its pods restarted with the others of the package", () => {
    const proxies = find(
      all,
      "linkerd-topology:index:ProxiesCurrent",
      `${memberName(all, "west")}-proxies`,
    );
    assert.deepEqual(proxies.inputs["upgradeNamespaces"], ["linkerd-observability", "linkerd-viz"]);
  });

  void it("runs three of tap in high availability", async () => {
    const clusters = shown.clusters.map((one) => ({ ...one, nodes: { workers: 3 } }));
    const linkerd = { highAvailability: true };
    const plain = await registerTopology({ ...shown, clusters, linkerd }, { charts });
    const { inputs } = find(
      plain,
      "kubernetes:helm.sh/v3:Release",
      `${memberName(plain, "east")}-viz`,
    );
    const values = inputs["values"] as {
      tap: { replicas: number };
      enablePodAntiAffinity: boolean;
    };
    assert.deepEqual([values.tap.replicas, values.enablePodAntiAffinity], [3, true]);
  });

  void it("is refused where the directory of charts lacks its chart, before anything is made", async () => {
    await assert.rejects(registerTopology(shown), /there is no chart linkerd-viz in \/charts/);
  });

  void it("leaves no trace where it isn't asked for", async () => {
    const plain = await registerTopology({
      ...shown,
      linkerd: {},
      observability: { collectIn: "east" },
    });
    assert.deepEqual(
      plain.filter(({ name }) => name.endsWith("-viz")).map(({ name }) => name),
      [],
    );
    assert.ok(!JSON.stringify(plain.map(({ inputs }) => inputs)).includes("linkerd-viz"));
  });
});

interface Meta {
  readonly labels?: Readonly<Record<string, string>>;
}

interface Deployment {
  readonly template: {
    readonly spec: {
      readonly securityContext: Readonly<Record<string, unknown>>;
      readonly volumes: readonly {
        readonly name: string;
        readonly persistentVolumeClaim?: { readonly claimName: string };
      }[];
      readonly containers: readonly {
        readonly image: string;
        readonly args: readonly string[];
        readonly securityContext: unknown;
      }[];
    };
  };
}
