import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseMetrics, sampleOf } from "../../../kubernetes/metrics.ts";
import { readControllerLog } from "../../../linkerd/signals/controller-log.ts";
import { controllerMetrics } from "../../../linkerd/signals/controller-metrics.ts";

describe("metrics", () => {
  it("reads names, labels and values; passes over comments", () => {
    const text = [
      "# HELP gateway_alive A gauge.",
      "# TYPE gateway_alive gauge",
      'gateway_alive{target_cluster_name="east"} 1',
      "process_start_time_seconds 1.7e+09",
      'odd{a="x\\"y\\\\z\\n",b="{},="} +Inf 1700000000',
      "go_gc NaN",
      "not a sample at all",
      "",
    ].join("\n");
    const samples = parseMetrics(text);
    assert.deepEqual(samples.slice(0, 3), [
      { name: "gateway_alive", labels: { target_cluster_name: "east" }, value: 1 },
      { name: "process_start_time_seconds", labels: {}, value: 1.7e9 },
      { name: "odd", labels: { a: 'x"y\\z\n', b: "{},=" }, value: Infinity },
    ]);
    assert.equal(samples.length, 4);
    assert.equal(sampleOf(samples, "gateway_alive", { target_cluster_name: "east" }), 1);
    assert.equal(sampleOf(samples, "gateway_alive", { target_cluster_name: "west" }), undefined);
  });

  it("a gateway that was never probed is neither alive nor dead", () => {
    const link = 'target_cluster_name="east"';
    const started = `gateway_enabled{${link}} 1\ngateway_alive{${link}} 0\n`;
    assert.equal(controllerMetrics(started, "east").gatewayAlive, undefined);
    const failed = `${started}gateway_probes{${link},probe_successful="false"} 1\n`;
    assert.equal(controllerMetrics(failed, "east").gatewayAlive, false);
    assert.equal(controllerMetrics(failed, "east").latencyMilliseconds, undefined);
    assert.equal(controllerMetrics(failed, "west").gatewayEnabled, undefined);
  });
});

describe("a service mirror's log", () => {
  const line = (generation: number) =>
    `Got updated link east: &{ObjectMeta:{Name:east UID:u-1 ResourceVersion:8 Generation:${generation} X:}}`;

  it("plain: the last Link taken up, and the last error since", () => {
    const log = [
      `time="t" level=info msg="${line(1)}"`,
      'time="t" level=error msg="old trouble"',
      `time="t" level=info msg="${line(2)}"`,
      'time="t" level=info msg="Got updated link east-2: &{UID:other Generation:9 }"',
      'time="t" level=error msg="it said \\"no\\""',
    ].join("\n");
    assert.deepEqual(readControllerLog(log, "east"), {
      takenUp: { uid: "u-1", generation: 2 },
      error: 'it said "no"',
    });
  });

  it("JSON", () => {
    const log = [
      JSON.stringify({ level: "info", msg: line(3), time: "t" }),
      JSON.stringify({ error: "x", level: "error", msg: "no connection", time: "t" }),
    ].join("\n");
    assert.deepEqual(readControllerLog(log, "east"), {
      takenUp: { uid: "u-1", generation: 3 },
      error: "no connection",
    });
  });

  it("without a word about the Link", () => {
    assert.deepEqual(readControllerLog("", "east"), { takenUp: undefined, error: undefined });
  });
});
