import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MadeFrom } from "../../planning/made-from.ts";
import { TestEngine } from "./test-engine.ts";
import { pair } from "./topologies.ts";
import { describeCalls } from "./world.ts";

const origin = { file: "/somewhere/lab.yaml" };

describe("what a stack was made from", () => {
  let engine: TestEngine;
  let made: MadeFrom;
  before(async () => {
    engine = await TestEngine.start();
    const sources = { ...engine.sources, nodeImage: "node:1", dataPlane: "none" } as const;
    engine.forgetSources();
    made = { topology: origin, sources };
    await engine.up(pair, { asCommand: { origin, sources } });
    engine.world.takeCalls();
  });
  after(async () => {
    await engine.close();
  });

  test("is in its state", async () => {
    assert.deepEqual(await engine.madeFrom(), made);
    assert.equal(engine.world.objects.get("kind:index:Cluster lab-west")?.["nodeImage"], "node:1");
  });

  test("is used again by plain pulumi up, which is told nothing: no cluster is made anew", async () => {
    const { changes } = await engine.up(pair);
    assert.deepEqual(changes, []);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
    assert.deepEqual(await engine.madeFrom(), made);
    assert.equal(((await engine.outputs()) as { dataPlane: string }).dataPlane, "none");
  });

  test("is another where it is told so, which makes the clusters anew", async () => {
    const sources = { ...made.sources, nodeImage: "node:2" };
    const { changes } = await engine.up(pair, { asCommand: { origin, sources } });
    const clusters = changes.filter((change) => change.includes("kind:index:Cluster "));
    assert.deepEqual(
      clusters.map((change) => change.replace(/ .*/, "")),
      ["create", "create", "delete", "delete"],
    );
    assert.deepEqual((await engine.madeFrom())?.sources, sources);
  });
});
