import assert from "node:assert/strict";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { execa } from "execa";
import { noneOf, trafficQuery } from "../../../linkerd/signals/collected-traffic.ts";
import {
  configFile,
  plannedAlerts,
  plannedRulesFile,
  prometheusConfig,
  rulesFile,
} from "../../../planning/observability/prometheus-config.ts";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { placeOf } from "../../../toolchain/artifact.ts";
import { promtool } from "../../../toolchain/tools/prometheus.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { panelQueries } from "./dashboards.ts";

const rules = path.resolve(import.meta.dirname, "../../../observability", rulesFile);
const { folder } = await placeOf(promtool, cacheDirectory(process.env));
const program = path.join(folder, "promtool");
/** It takes minutes to build, so these tests use what those on real clusters have brought. */
const skip = existsSync(program)
  ? false
  : "the cache has no promtool yet: the tests on real clusters bring it where they build Prometheus";

test(
  "the configuration and all alerts are accepted by Prometheus' own tool",
  { skip },
  async () => {
    const directory = await temporaryDirectory("engine-test");
    after(() => {
      rmSync(directory, { recursive: true });
    });
    cpSync(rules, path.join(directory, rulesFile));
    const config = {
      cluster: "west",
      scrapeInterval: "30s",
      writeTo: "http://prometheus-east:9090",
      alertmanagers: ["https://alerts.example.com/mesh"],
    };
    writeFileSync(path.join(directory, configFile), prometheusConfig(config));
    writeFileSync(
      path.join(directory, plannedRulesFile),
      plannedAlerts({
        cluster: "west",
        collects: ["east"],
        targets: ["east"],
        mirrors: [{ namespace: "shop", service: "web-east" }],
        anchorEnd: 2_000_000_000,
        earlyRenewalHours: { anchor: 720, issuer: 720 },
      }),
    );
    const { stdout } = await execa(program, ["check", "config", path.join(directory, configFile)]);
    assert.match(stdout, /is valid prometheus config file syntax/);
    await execa(program, ["check", "rules", path.join(directory, plannedRulesFile)]);
  },
);

test("each alert fires when it should, and not otherwise", { skip }, async () => {
  const { stdout } = await execa(program, [
    "test",
    "rules",
    path.join(import.meta.dirname, "rules.test.yml"),
  ]);
  assert.match(stdout, /SUCCESS/);
});

test(
  "each planned alert fires when what was planned is missing, or near its end",
  { skip },
  async () => {
    const directory = await temporaryDirectory("engine-test");
    after(() => {
      rmSync(directory, { recursive: true });
    });
    const hours = (count: number) => count * 3600;
    writeFileSync(
      path.join(directory, plannedRulesFile),
      plannedAlerts({
        cluster: "west",
        collects: ["east"],
        targets: ["east", "north"],
        mirrors: ["web-east", "api-east"].map((service) => ({ namespace: "shop", service })),
        // Time begins at 0 in these tests.
        anchorEnd: hours(20),
        earlyRenewalHours: { anchor: 2, issuer: 10 },
      }),
    );
    const component = (name: string) =>
      `up{job="linkerd-controller",cluster="west",component="${name}"}`;
    const mirrorOf = (target: string) =>
      `up{job="linkerd-controller",cluster="west",component="controller",service_mirror="${target}"}`;
    const mirror = (service: string) =>
      `up{job="linkerd-mirrors",cluster="west",namespace="shop",service="${service}"}`;
    const stays = "1x1300";
    const goes = "1x20 stale";
    const firing = (time: string, ...expected: readonly string[]) => ({
      expr: `sum by (alertname, severity, cluster, component, service_mirror, service) (ALERTS{alertstate="firing"})`,
      eval_time: time,
      exp_samples: expected.map((labels) => ({ labels: `{${labels}}`, value: 1 })),
    });
    const missing = [
      'alertname="LinkerdComponentMissing",severity="critical",cluster="west",component="identity"',
      'alertname="LinkerdLinkNotAlive",severity="critical",cluster="west",service_mirror="east"',
      'alertname="LinkerdMirrorMissing",severity="warning",cluster="west",service="web-east"',
      'alertname="LinkerdClusterSilent",severity="critical",cluster="east"',
    ];
    const ends = (name: string, severity: string) =>
      `alertname="${name}",severity="${severity}",cluster="west"`;
    const file = path.join(directory, "planned.test.yml");
    writeFileSync(
      file,
      JSON.stringify({
        rule_files: [plannedRulesFile],
        evaluation_interval: "1m",
        tests: [
          {
            interval: "1m",
            input_series: [
              [component("destination"), stays],
              [component("proxy-injector"), stays],
              [component("identity"), goes],
              [mirrorOf("north"), stays],
              [mirrorOf("east"), goes],
              [mirror("api-east"), stays],
              [mirror("web-east"), goes],
              ['up{job="prometheus",cluster="east"}', goes],
              ['up{job="prometheus",cluster="west"}', stays],
              // It ends after 12 hours. That of another cluster is told by that one's own.
              ['issuer_cert_ttl_seconds{cluster="west"}', `${hours(12)}-60x700`],
              ['issuer_cert_ttl_seconds{cluster="east"}', "60x1300"],
            ].map(([series, values]) => ({ series, values })),
            promql_expr_test: [
              firing("20m"),
              firing("1h", ...missing),
              firing("3h", ...missing, ends("LinkerdIssuerNearItsEnd", "warning")),
              firing(
                "11h30m",
                ...missing,
                ends("LinkerdIssuerNearItsEnd", "warning"),
                ends("LinkerdIssuerEnds", "critical"),
              ),
              firing("19h", ...missing, ends("LinkerdTrustAnchorNearItsEnd", "warning")),
            ],
          },
        ],
      }),
    );
    const { stdout } = await execa(program, ["test", "rules", file]);
    assert.match(stdout, /SUCCESS/);
  },
);

test(
  "everything that the dashboards ask is accepted by Prometheus' own tool",
  { skip },
  async () => {
    const directory = await temporaryDirectory("engine-test");
    after(() => {
      rmSync(directory, { recursive: true });
    });
    const queries = panelQueries({
      cluster: "west|east",
      source: "west",
      target: "east",
      namespace: "shop",
      service: "web",
      __rate_interval: "2m",
    });
    assert.ok(queries.length > 30);
    const check = async (expressions: readonly string[]) => {
      const file = path.join(directory, "rules.yml");
      const rules = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
      writeFileSync(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
      return execa(program, ["check", "rules", file], { reject: false });
    };
    const { exitCode, stderr } = await check(queries.map(({ expr }) => expr));
    assert.equal(exitCode, 0, stderr);
    assert.notEqual((await check(["sum by (cluster"])).exitCode, 0);
  },
);

test(
  "the query for the traffic of proxies counts answers, and latencies beside them",
  { skip },
  async () => {
    const directory = await temporaryDirectory("engine-test");
    after(() => {
      rmSync(directory, { recursive: true });
    });
    const of = (cluster: string, namespace: string, rest: string) =>
      `{cluster="${cluster}",namespace="${namespace}",direction="outbound",authority="web.shop",dst_target_cluster="east",${rest}}`;
    const total = (cluster: string, namespace: string, pod: string, classification = "success") =>
      `response_total${of(cluster, namespace, `pod="${pod}",classification="${classification}"`)}`;
    const bucket = (pod: string, le: string) =>
      `response_latency_ms_bucket${of("west", "shop", `pod="${pod}",le="${le}"`)}`;
    const query = trafficQuery(
      `cluster="west", ${noneOf("namespace", ["linkerd", "shop.v1"])}`,
      120,
    );
    const file = path.join(directory, "query.yml");
    writeFileSync(
      file,
      JSON.stringify({
        tests: [
          {
            interval: "30s",
            // 60 answers in every 30 s of one pod, 30 of another.
            input_series: [
              { series: total("west", "shop", "a"), values: "0+60x10" },
              { series: total("west", "shop", "b"), values: "0+30x10" },
              { series: total("west", "shop", "b", "failure"), values: "0+3x10" },
              { series: total("west", "linkerd", "c"), values: "0+600x10" },
              { series: total("east", "shop", "d"), values: "0+600x10" },
              { series: bucket("a", "10"), values: "0+15x10" },
              { series: bucket("b", "10"), values: "0+30x10" },
              { series: bucket("a", "+Inf"), values: "0+60x10" },
              { series: bucket("b", "+Inf"), values: "0+33x10" },
            ],
            promql_expr_test: [
              {
                expr: query,
                eval_time: "5m",
                exp_samples: [
                  ...[
                    ['classification="success"', 360],
                    ['classification="failure"', 12],
                    ['le="10"', 180],
                    ['le="+Inf"', 372],
                  ].map(([label, value]) => ({
                    labels: `{authority="web.shop",dst_target_cluster="east",${String(label)}}`,
                    value,
                  })),
                ],
              },
            ],
          },
        ],
      }),
    );
    const { stdout } = await execa(program, ["test", "rules", file]);
    assert.match(stdout, /SUCCESS/);
  },
);
