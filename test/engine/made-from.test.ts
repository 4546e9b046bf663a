import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import type { MadeFrom, TopologyOrigin } from "../../planning/sources/made-from.ts";
import { temporaryDirectory } from "../temporary.ts";
import { TestEngine } from "./test-engine.ts";
import { pair } from "./topologies.ts";
import { describeCalls } from "./world.ts";

describe("what a stack was made from", () => {
  let engine: TestEngine;
  let made: MadeFrom;
  let directory: string;
  let origin: TopologyOrigin;
  before(async () => {
    directory = await temporaryDirectory("engine-test");
    origin = { file: path.join(directory, "lab.yaml") };
    await writeFile(origin.file, stringify(pair));
    engine = await TestEngine.start();
    const sources = { ...engine.sources, nodeImage: "node:1", dataPlane: "none" } as const;
    engine.forgetSources();
    made = { topology: origin, sources };
    await engine.up(pair, { asCommand: { origin, sources } });
    engine.world.takeCalls();
  });
  after(async () => {
    await engine.close();
    await rm(directory, { recursive: true });
  });

  test("is in its state", async () => {
    assert.deepEqual(await engine.madeFrom(), made);
    assert.equal(engine.world.objects.get("kind:index:Cluster lab-west")?.["nodeImage"], "node:1");
  });

  test("is used again by plain pulumi up, which is told nothing: no cluster is recreated", async () => {
    const { changes } = await engine.up(pair);
    assert.deepEqual(changes, []);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
    assert.deepEqual(await engine.madeFrom(), made);
    assert.equal(((await engine.outputs()) as { dataPlane: string }).dataPlane, "none");
  });

  test("is what plain pulumi up must come from: another file is refused, with both and what to do", async () => {
    await assert.rejects(engine.up({ clusters: pair.clusters }), (error: Error) => {
      assert.match(
        error.message,
        /the stack "lab" was created from .*\/lab\.yaml, not from .*stacks\/Pulumi\.lab\.yaml/,
      );
      assert.match(error.message, /--name lab-2.*--moved/s);
      assert.doesNotMatch(error.message, /\n\s+at /);
      return true;
    });
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
    assert.deepEqual((await engine.up(pair)).changes, []);
  });

  test("is another where it is told so, which recreates the clusters", async () => {
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
