import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wantsColor } from "../../../verification/render/style.ts";
import { clusterStep } from "../../../environments/report/cluster-steps.ts";
import { fitting, liveRows } from "../../../environments/report/live-rows.ts";
import { urnOf } from "./story.ts";

describe("the live view", () => {
  test("has a row per cluster, with what is done there and for how long", () => {
    const rows = liveRows({
      running: [
        { cluster: "west", doing: "installing control plane", started: 0 },
        { cluster: "west", doing: "laying pod routes", started: 10_000, status: "1 of 2" },
        { cluster: undefined, doing: "waiting for federated Service lab/web", started: 9_000 },
      ],
      last: new Map([["east", "nodes created"]]),
      clusters: ["west", "east", "north"],
      now: 12_400,
    });
    assert.deepEqual(rows, [
      "west   installing control plane, 12 s; laying pod routes, 2 s (1 of 2)",
      "east   nodes created",
      "north  waiting",
      "mesh   waiting for federated Service lab/web, 3 s",
    ]);
  });

  test("is never higher than the terminal", () => {
    const lines = ["a", "b", "c", "d", "e"];
    assert.deepEqual(fitting(lines, 5), lines);
    assert.deepEqual(fitting(lines, 4), ["a", "b", "c", "... and 2 more"]);
    assert.equal(fitting(lines, -7).length, 3);
  });

  test("shows a cluster that nobody announced", () => {
    const running = [{ cluster: "west", doing: "creating nodes", started: 0 }];
    assert.deepEqual(liveRows({ running, last: new Map(), clusters: [], now: 1_000 }), [
      "west  creating nodes, 1 s",
    ]);
  });
});

describe("a resource as a step of its cluster", () => {
  const chart = "kubernetes:helm.sh/v3:Release";
  const of = (type: string, name: string, clusters: string[] = [], operation = "create") => {
    const { cluster, doing, done } = clusterStep(urnOf(type, name), operation, clusters);
    return [cluster, doing, done];
  };

  test("is found by the names that the components give", () => {
    assert.deepEqual(of("kind:index:Cluster", "lab-west-0123abcd"), [
      "west",
      "creating nodes",
      "nodes created",
    ]);
    assert.deepEqual(of(chart, "lab-spoke-1-0123abcd-control-plane"), [
      "spoke-1",
      "installing control plane",
      "control plane installed",
    ]);
    assert.deepEqual(of("linkerd-topology:index:LinkReady", "lab-west-0123abcd-to-east"), [
      "west",
      "waiting for Link to east",
      "Link to east taken up",
    ]);
  });

  test("tells what a Prometheus waits for in its cluster", () => {
    assert.deepEqual(of("kubernetes:apps/v1:Deployment", "lab-west-0123abcd-prometheus"), [
      "west",
      "starting Prometheus",
      "Prometheus started",
    ]);
  });

  test("tells what a Jaeger waits for in its cluster", () => {
    assert.deepEqual(of("kubernetes:apps/v1:Deployment", "lab-west-0123abcd-jaeger"), [
      "west",
      "starting Jaeger",
      "Jaeger started",
    ]);
  });

  test("tells that linkerd-viz is being installed", () => {
    assert.deepEqual(of(chart, "lab-west-0123abcd-viz"), [
      "west",
      "installing linkerd-viz",
      "linkerd-viz installed",
    ]);
  });

  test("of a cluster that exists, whose names have no generation", () => {
    const known = ["spoke", "spoke-1"];
    assert.equal(of(chart, "lab-spoke-1-multicluster", known)[0], "spoke-1");
    assert.equal(of(chart, "lab-spoke-multicluster", known)[0], "spoke");
    assert.equal(of(chart, "lab-nowhere-multicluster", known)[0], undefined);
  });

  test("says what is done to it in the operation's own word where that is not its making", () => {
    assert.deepEqual(of(chart, "lab-west-0123abcd-multicluster", [], "update"), [
      "west",
      "updating multicluster extension",
      "multicluster extension updated",
    ]);
  });

  test("belongs to the mesh where it is no single cluster's", () => {
    assert.deepEqual(of("kind:index:Network", "lab"), [
      undefined,
      "creating Docker network lab",
      "Docker network lab created",
    ]);
    assert.deepEqual(
      of("linkerd-topology:index:FederatedReady", "lab-federated-shop.web", ["west"]),
      [undefined, "waiting for federated Service shop.web", "federated Service shop.web complete"],
    );
  });
});

describe("colours", () => {
  const of = (env: Record<string, string>, isTTY: boolean) => wantsColor({ isTTY }, env);

  test("are for terminals, unless the environment says otherwise", () => {
    assert.equal(of({}, true), true);
    assert.equal(of({}, false), false);
    assert.equal(of({ NO_COLOR: "1" }, true), false);
    assert.equal(of({ NO_COLOR: "" }, true), true);
    assert.equal(of({ FORCE_COLOR: "1" }, false), true);
    assert.equal(of({ FORCE_COLOR: "0" }, true), false);
    assert.equal(of({ FORCE_COLOR: "1", NO_COLOR: "1" }, true), false);
  });
});
