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
