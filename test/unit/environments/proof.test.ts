import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { meshOf, prove } from "../../../environments/proof.ts";
import type { Tell } from "../../../environments/report/phase.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { destinationMetrics, MixedPair } from "../verification/mixed-pair.ts";
import { deployments } from "../verification/running.ts";

describe("the mesh of a state", () => {
  it("has what the version that wrote it did not know", () => {
    const traffic = [{ service: "web", annotations: {} }];
    const recorded = (plan: unknown) => meshOf({ plan, clusters: [] })?.plan.traffic;
    assert.deepEqual(recorded({ traffic }), [{ ...traffic[0], serviceAnnotations: {} }]);
    assert.deepEqual(recorded({}), []);
  });
});

describe("the proof that ends an up", () => {
  let pair: MixedPair;
  beforeEach(async () => {
    pair = await MixedPair.start();
  });
  afterEach(() => pair.stop());

  const notices: string[] = [];
  const tell: Tell = {
    current: () => undefined,
    step: () => undefined,
    notice: (line) => notices.push(line),
  };

  it("looks once at a mesh that is as planned", async () => {
    const proof = await prove(pair.mesh(), 60_000, tell);
    assert.ok(proof.proved, JSON.stringify(proof.results, null, 1));
    for (const { requests } of [pair.west, pair.east]) {
      assert.equal(requests.filter((request) => request === "GET /version").length, 1);
    }
  });

  it("cures what ails one that is not", { timeout: 60_000 }, async () => {
    const metrics = pair.west.answers.get(destinationMetrics);
    assert.ok(metrics);
    pair.west.answers.set(destinationMetrics, ok(""));
    for (const fake of [pair.west, pair.east]) {
      fake.put(deployments("linkerd-multicluster"), {
        metadata: { name: "linkerd-local-service-mirror" },
        status: { updatedReplicas: 1, availableReplicas: 1 },
      });
    }
    pair.west.onRequest = (method) => {
      if (method === "PATCH") pair.west.answers.set(destinationMetrics, metrics);
    };
    const proof = await prove(pair.mesh(), 60_000, tell);
    assert.ok(proof.proved);
    assert.match(notices.join("\n"), /west: restarted linkerd-destination/);
  });
});
