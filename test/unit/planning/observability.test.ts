import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { jaegerConfig } from "../../../planning/observability/jaeger-config.ts";
import {
  plannedAlerts,
  prometheusConfig,
} from "../../../planning/observability/prometheus-config.ts";
import { observingNamespaces } from "../../../planning/observability/plan.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { LinkMode, ObservabilitySpec, Topology } from "../../../planning/topology.ts";

const pair = (mode: LinkMode, observability: ObservabilitySpec): Topology => ({
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab", clusterDomain: "east.internal" },
  ],
  links: [{ between: ["west", "east"], mode }],
  exports: [
    {
      service: "web",
      namespace: "shop",
      from: "east",
      ...(mode === "flat" && { as: "federated" }),
    },
  ],
  observability,
});
const planned = (mode: LinkMode, observability: ObservabilitySpec) =>
  planOrThrow(pair(mode, observability), { name: "lab" });

describe("what observes a mesh", () => {
  it("is nothing if the topology doesn't ask", () => {
    const { observability, ...without } = pair("mixed", {});
    const plan = planOrThrow(without, { name: "lab", sources: { prometheusArchive: "/p.tar" } });
    assert.equal(plan.observability, undefined);
    assert.deepEqual(
      plan.clusters.map((one) => one.type === "kind" && one.imageArchives),
      [[], []],
    );
    assert.deepEqual(observability, {});
  });

  it("is a Prometheus per cluster, whose image only such clusters get", () => {
    const plan = planOrThrow(pair("mixed", {}), {
      name: "lab",
      sources: { archives: ["/a.tar"], prometheusArchive: "/p.tar" },
    });
    assert.deepEqual(
      plan.clusters.map((one) => one.type === "kind" && one.imageArchives),
      [
        ["/a.tar", "/p.tar"],
        ["/a.tar", "/p.tar"],
      ],
    );
    assert.deepEqual(plan.observability?.clusters, [
      {
        cluster: "west",
        collects: [],
        targets: ["east"],
        mirrors: [{ namespace: "shop", service: "web-east" }],
      },
      { cluster: "east", collects: [], targets: ["west"], mirrors: [] },
    ]);
  });

  for (const [mode, as] of [
    ["mixed", "remote-discovery"],
    ["flat", "remote-discovery"],
    ["gateway", "gateway"],
  ] as const) {
    it(`writes to the one that collects over a ${mode} Link, by the mirror that the plan has`, () => {
      const plan = planned(mode, { collectIn: "west" });
      const [west, east] = plan.observability?.clusters ?? [];
      assert.deepEqual(west?.collects, ["east"]);
      assert.equal(west.writeTo, undefined);
      assert.equal(
        east?.writeTo,
        "http://prometheus-west.linkerd-observability.svc.east.internal:9090/api/v1/write",
      );
      assert.ok(
        plan.exports.some((one) => one.service === "prometheus" && one.as === as),
        JSON.stringify(plan.exports),
      );
      assert.ok(
        plan.mirrors.some(({ cluster, name }) => cluster === "east" && name === "prometheus-west"),
      );
    });
  }
});

describe("what traces requests", () => {
  it("is a Jaeger per cluster that keeps its cluster's spans", () => {
    const sources = { archives: ["/a.tar"], prometheusArchive: "/p.tar", jaegerArchive: "/j.tar" };
    const plan = planOrThrow(pair("mixed", { tracing: {} }), { name: "lab", sources });
    assert.deepEqual(plan.observability?.tracing, {
      maxTraces: 50_000,
      resources: { requests: { cpu: "50m", memory: "128Mi" } },
      clusters: [
        {
          cluster: "west",
          endpoint: "jaeger.linkerd-observability.svc.cluster.local.:4317",
        },
        {
          cluster: "east",
          endpoint: "jaeger.linkerd-observability.svc.east.internal.:4317",
        },
      ],
    });
    assert.deepEqual(
      plan.clusters.map((one) => one.type === "kind" && one.imageArchives),
      [
        ["/a.tar", "/p.tar", "/j.tar"],
        ["/a.tar", "/p.tar", "/j.tar"],
      ],
    );
    assert.ok(!plan.exports.some(({ service }) => service === "jaeger"));
  });

  it("has no image in a cluster that is observed without it", () => {
    const plan = planOrThrow(pair("mixed", {}), {
      name: "lab",
      sources: { jaegerArchive: "/j.tar" },
    });
    assert.deepEqual(
      plan.clusters.map((one) => one.type === "kind" && one.imageArchives),
      [[], []],
    );
  });

  for (const [mode, as] of [
    ["mixed", "remote-discovery"],
    ["flat", "remote-discovery"],
    ["gateway", "gateway"],
  ] as const) {
    it(`passes spans on over a ${mode} Link, by the mirror that the plan has`, () => {
      const plan = planned(mode, { collectIn: "west", tracing: { maxTraces: 9 } });
      assert.equal(plan.observability?.tracing?.maxTraces, 9);
      const [west, east] = plan.observability.tracing.clusters;
      assert.equal(west?.passTo, undefined);
      assert.equal(east?.passTo, "jaeger-west.linkerd-observability.svc.east.internal:4317");
      assert.ok(
        plan.exports.some((one) => one.service === "jaeger" && one.as === as),
        JSON.stringify(plan.exports),
      );
      assert.ok(
        plan.mirrors.some(({ cluster, name }) => cluster === "east" && name === "jaeger-west"),
      );
    });
  }

  it("is not asked for by a cluster that collects metrics alone", () => {
    const plan = planned("mixed", { collectIn: "west" });
    assert.equal(plan.observability?.tracing, undefined);
    assert.ok(!plan.exports.some(({ service }) => service === "jaeger"));
  });
});

describe("linkerd-viz", () => {
  it("asks the Prometheus of its own cluster, and has its images only where it is wanted", () => {
    const sources = { viz: { archives: ["/metrics-api.tar", "/tap.tar"] } };
    const plan = planOrThrow(pair("mixed", { viz: true }), { name: "lab", sources });
    assert.deepEqual(plan.observability?.viz, {
      namespace: "linkerd-viz",
      clusters: [
        {
          cluster: "west",
          prometheusUrl: "http://prometheus.linkerd-observability.svc.cluster.local:9090",
          collects: false,
        },
        {
          cluster: "east",
          prometheusUrl: "http://prometheus.linkerd-observability.svc.east.internal:9090",
          collects: false,
        },
      ],
    });
    const archives = (topology: Topology) =>
      planOrThrow(topology, { name: "lab", sources }).clusters.map(
        (one) => one.type === "kind" && one.imageArchives,
      );
    const both = ["/metrics-api.tar", "/tap.tar"];
    assert.deepEqual(archives(pair("mixed", { viz: true })), [both, both]);
    assert.deepEqual(archives(pair("mixed", { viz: false })), [[], []]);
  });

  it("asks one of its own in the cluster whose Prometheus has the metrics of all", () => {
    const plan = planned("mixed", { collectIn: "west", viz: true });
    assert.deepEqual(
      plan.observability?.viz?.clusters.map(({ prometheusUrl, collects }) => [
        new URL(prometheusUrl).hostname.split(".")[0],
        collects,
      ]),
      [
        ["prometheus-viz", true],
        ["prometheus", false],
      ],
    );
  });

  it("isn't there unless the topology asks for it", () => {
    assert.equal(planned("mixed", {}).observability?.viz, undefined);
    assert.equal(planned("mixed", { viz: false }).observability?.viz, undefined);
  });

  it("has its namespace among those whose workloads the package restarts", () => {
    assert.deepEqual(observingNamespaces(planned("mixed", { viz: true })), [
      "linkerd-observability",
      "linkerd-viz",
    ]);
    assert.deepEqual(observingNamespaces(planned("mixed", {})), ["linkerd-observability"]);
  });
});

describe("the configuration of a Jaeger", () => {
  it("keeps spans, and answers about them", () => {
    const { service, exporters, extensions } = parse(jaegerConfig({ maxTraces: 7 })) as Collector;
    assert.deepEqual(service.extensions, ["healthcheckv2", "jaeger_storage", "jaeger_query"]);
    assert.deepEqual(service.pipelines.traces.exporters, ["jaeger_storage_exporter"]);
    assert.deepEqual(Object.keys(exporters), ["jaeger_storage_exporter"]);
    assert.deepEqual(extensions["jaeger_storage"], {
      backends: { traces: { memory: { max_traces: 7 } } },
    });
  });

  it("passes spans on, and has neither storage nor pages", () => {
    const config = jaegerConfig({ passTo: "there:4317", maxTraces: 7 });
    const { service, exporters, extensions } = parse(config) as Collector;
    assert.deepEqual(service.extensions, ["healthcheckv2"]);
    assert.deepEqual(service.pipelines.traces.exporters, ["otlp"]);
    assert.deepEqual(exporters, { otlp: { endpoint: "there:4317", tls: { insecure: true } } });
    assert.deepEqual(Object.keys(extensions), ["healthcheckv2"]);
  });
});

describe("the configuration of a Prometheus", () => {
  const settings = { cluster: "west", scrapeInterval: "15s" };

  it("names its cluster in every series, whether they stay or are written elsewhere", () => {
    const config = parse(prometheusConfig(settings)) as Config;
    assert.equal(config.global.scrape_interval, "15s");
    for (const { job_name, relabel_configs } of config.scrape_configs) {
      assert.ok(
        relabel_configs.some((one) => one.target_label === "cluster" && one.replacement === "west"),
        job_name,
      );
    }
    assert.equal(config.remote_write, undefined);
  });

  it("sends alerts to the Alertmanagers, by the parts of their URLs", () => {
    assert.equal((parse(prometheusConfig(settings)) as Config).alerting, undefined);
    const alertmanagers = ["http://alertmanager.monitoring:9093", "https://example.com/alerts"];
    const config = parse(prometheusConfig({ ...settings, alertmanagers })) as Config;
    assert.deepEqual(config.alerting, {
      alert_relabel_configs: [
        { source_labels: ["cluster"], regex: "", target_label: "cluster", replacement: "west" },
      ],
      alertmanagers: [
        { scheme: "http", static_configs: [{ targets: ["alertmanager.monitoring:9093"] }] },
        { scheme: "https", path_prefix: "/alerts", static_configs: [{ targets: ["example.com"] }] },
      ],
    });
  });

  it("writes to the one that collects, but not its alerts", () => {
    const config = parse(prometheusConfig({ ...settings, writeTo: "http://there" })) as Config;
    assert.equal(config.remote_write?.[0]?.url, "http://there");
    assert.deepEqual(config.remote_write[0].write_relabel_configs, [
      { source_labels: ["__name__"], regex: "ALERTS.*", action: "drop" },
    ]);
  });
});

describe("the alerts of a plan", () => {
  const alerts = (over: object = {}) =>
    (
      parse(
        plannedAlerts({
          cluster: "west",
          collects: [],
          targets: [],
          mirrors: [],
          anchorEnd: 2_000_000_000,
          earlyRenewalHours: { anchor: 720, issuer: 0 },
          ...over,
        }),
      ) as { groups: [{ rules: { alert: string; expr: string }[] }] }
    ).groups[0].rules.map(({ alert, expr }) => `${alert}: ${expr}`);

  it("know when certificates are renewed, and leave an hour at least", () => {
    assert.deepEqual(alerts().slice(0, 3), [
      "LinkerdTrustAnchorNearItsEnd: vector(2000000000) - time() < 2592000",
      'LinkerdIssuerNearItsEnd: issuer_cert_ttl_seconds{cluster="west"} < 3600',
      'LinkerdIssuerEnds: issuer_cert_ttl_seconds{cluster="west"} < 3600',
    ]);
  });

  it("miss each target of a Link, each mirror and each cluster that writes", () => {
    const more = alerts({
      targets: ["east"],
      mirrors: [{ namespace: "shop", service: "web-east" }],
      collects: ["east"],
    }).filter((one) => !alerts().includes(one));
    assert.deepEqual(more, [
      'LinkerdLinkNotAlive: absent(up{job="linkerd-controller",cluster="west",service_mirror="east"})',
      'LinkerdMirrorMissing: absent(up{job="linkerd-mirrors",cluster="west",namespace="shop",service="web-east"})',
      'LinkerdClusterSilent: absent(up{job="prometheus",cluster="east"})',
    ]);
  });
});

interface Collector {
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: { readonly traces: { readonly exporters: readonly string[] } };
  };
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

interface Config {
  readonly alerting?: unknown;
  readonly global: { readonly scrape_interval: string };
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly relabel_configs: readonly Readonly<Record<string, unknown>>[];
  }[];
  readonly remote_write?: readonly {
    readonly url: string;
    readonly write_relabel_configs: unknown;
  }[];
}
