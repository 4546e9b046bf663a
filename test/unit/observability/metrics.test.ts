import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it, test } from "node:test";
import { parse } from "yaml";
import { trafficQuery } from "../../../linkerd/signals/collected-traffic.ts";
import { plannedAlerts } from "../../../planning/observability/prometheus-config.ts";
import { prometheusVersion } from "../../../planning/observability/names.ts";
import { boards } from "./dashboards.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

/**
 * Names of the series of two clusters that ran edge-26.1.1 and edge-26.6.3, with requests through the gateway and
 * from pod to pod.
 */
const seen = new Set(read("test/unit/observability/metrics-seen.txt").trimEnd().split("\n"));

/** The names of metrics in an expression: what is neither a function, a keyword, a label nor text. */
function namesIn(expression: string): string[] {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ")
    .replace(/\{[^}]*\}/g, " ")
    .replace(/\[[^\]]*\]/g, " ");
  return [...bare.matchAll(/\b[a-zA-Z_:][\w:]*(?!\w*\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !["and", "or", "unless", "bool", "offset"].includes(name));
}

/** Prometheus makes it itself once an alert waits or fires. */
const ofPrometheus = ["ALERTS"];

function expressionsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === "expr" && typeof inner === "string" ? [inner] : expressionsIn(inner),
  );
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

describe("metrics", () => {
  it("that dashboards show are among those that were seen", () => {
    for (const { file, board } of boards) {
      const names = expressionsIn(board).flatMap(namesIn);
      assert.ok(names.length > 5, file);
      assert.deepEqual(unseen(names), [], file);
    }
  });

  it("that variables of dashboards list are among those that were seen", () => {
    for (const { file, board } of boards) {
      const queries = board.templating.list.flatMap(({ query }) =>
        typeof query === "object" ? [query.query] : [],
      );
      const names = queries.flatMap((query) =>
        namesIn(query.replace(/^label_values\((.*),[^,]*\)$/, "$1")),
      );
      assert.deepEqual(unseen(names), [], file);
    }
  });

  it("that alerts ask for are among those that were seen", () => {
    const planned = plannedAlerts({
      cluster: "west",
      collects: ["east"],
      targets: ["east"],
      mirrors: [{ namespace: "shop", service: "web-east" }],
      anchorEnd: 0,
      earlyRenewalHours: { anchor: 1, issuer: 1 },
    });
    for (const text of [read("observability/rules.yml"), planned]) {
      const { groups } = parse(text) as { groups: unknown };
      const names = expressionsIn(groups).flatMap(namesIn);
      assert.ok(names.length > 5);
      assert.deepEqual(unseen(names), []);
    }
  });

  it("that status and the live page ask for are among those that were seen", () => {
    const names = namesIn(trafficQuery('cluster="west"', 60));
    assert.ok(names.includes("response_total"));
    assert.deepEqual(unseen(names), []);
  });

  it("are found in an expression, and labels, functions and text are not", () => {
    assert.deepEqual(
      namesIn(
        'sum by (a, b) (rate(one{c="two", d=~"x|y"}[5m])) / on (e) three == 1 and vector(4) offset 5m',
      ),
      ["one", "three"],
    );
  });
});

test("every alert has a test that it fires", () => {
  const { groups } = parse(read("observability/rules.yml")) as Rules;
  const { tests } = parse(read("test/unit/observability/rules.test.yml")) as {
    tests: {
      alert_rule_test: { alertname: string; exp_alerts: unknown[] }[];
    }[];
  };
  const tested = tests
    .flatMap((one) => one.alert_rule_test)
    .filter(({ exp_alerts: expected }) => expected.length > 0)
    .map(({ alertname }) => alertname);
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  assert.deepEqual(
    alerts.filter((alert) => !tested.includes(alert)),
    [],
  );
});

describe("Prometheus", () => {
  it("has one release: that of its public image and of its Go module", () => {
    const [, minor] =
      /prometheus\/prometheus v0\.(\d+\.\d+)/.exec(read("toolchain/go/prometheus/go.mod")) ?? [];
    const [major = "", feature = "", patch = ""] = prometheusVersion.split(".");
    assert.equal(minor, `${major}${feature.padStart(2, "0")}.${patch}`);
  });
});

function unseen(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !seen.has(name) && !ofPrometheus.includes(name));
}
