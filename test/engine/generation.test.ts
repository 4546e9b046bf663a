import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertEach } from "../assert-each.ts";
import { pair, pairWithNewEast } from "./topologies.ts";
import { TestEngine } from "./test-engine.ts";
import { describeCalls } from "./world.ts";

describe("a cluster that has to be recreated", () => {
  let engine: TestEngine;
  before(async () => {
    engine = await TestEngine.start({ inline: true, tls: true });
    await engine.up(pair);
    engine.world.takeCalls();
  });
  after(async () => {
    await engine.close();
  });

  test("is recreated within one up, with everything in it, and the other cluster stays", async () => {
    const { changes } = await engine.up(pairWithNewEast);
    const calls = engine.world.takeCalls();
    const ofKind = calls.filter(({ provider }) => provider === "kind");
    assert.deepEqual(ofKind.map(({ method }) => method).sort(), ["create", "delete"]);
    assertEach("calls about east alone", ofKind, ({ name }) => name.startsWith("lab-east-"));
    // Nothing of the old cluster's contents is deleted one by one: that cluster is gone.
    const old = ofKind.find(({ method }) => method === "delete")?.name ?? "";
    assert.deepEqual(
      describeCalls(
        calls.filter(({ name, provider }) => provider !== "kind" && name.startsWith(old)),
      ),
      [],
    );
    // In west, only the Link to east is concerned.
    for (const change of changes.filter((text) => text.includes(" lab-west-"))) {
      assert.match(change, /lab-west-[0-9a-f]{8}-to-east/);
    }
    assert.equal(changes.filter((change) => change.includes("v1alpha3:Link ")).length, 3);
  });

  test("is the only one that the world has", () => {
    const clusters = [...engine.world.objects.keys()].filter((key) =>
      key.startsWith("kind:index:Cluster "),
    );
    assert.deepEqual(clusters.sort(), [
      "kind:index:Cluster lab-east",
      "kind:index:Cluster lab-west",
    ]);
    assert.equal(
      engine.world.objects.get("kind:index:Cluster lab-east")?.["podSubnet"],
      "10.99.0.0/21",
    );
  });

  test("needs nothing more at the next up", async () => {
    const { changes } = await engine.up(pairWithNewEast);
    assert.deepEqual(changes, []);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
  });
});
