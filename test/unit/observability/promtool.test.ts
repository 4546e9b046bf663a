import assert from "node:assert/strict";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { execa } from "execa";
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
