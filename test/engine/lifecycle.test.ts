import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { State } from "../../environments/state.ts";
import { pair } from "./topologies.ts";
import { TestEngine } from "./test-engine.ts";
import { describeCalls } from "./world.ts";

describe("a topology from up to destroy", () => {
  let engine: TestEngine;
  let firstTranscript = "";
  before(async () => {
    engine = await TestEngine.start({ checkpoints: true });
  });
  after(async () => {
    await engine.close();
  });

  test("up makes everything once", async () => {
    const { changes, transcript } = await engine.up(pair);
    firstTranscript = transcript;
    assert.deepEqual(
      changes.filter((change) => !change.startsWith("create ")),
      [],
    );
    const made = (type: string): number =>
      changes.filter((change) => change.startsWith(`create ${type} `)).length;
    assert.equal(made("kind:index:Cluster"), 2);
    assert.equal(made("kubernetes:multicluster.linkerd.io/v1alpha3:Link"), 2);
    assert.equal(made("linkerd-topology:index:InjectorReady"), 2);
    assert.equal(made("linkerd-topology:index:LinkReady"), 2);
    const calls = describeCalls(engine.world.takeCalls());
    assert.equal(new Set(calls).size, calls.length, "something was made twice");
  });

  test("no secret stands in plaintext in the state or in what the engine tells", async () => {
    const state = await engine.exportState();
    const secrets = [...engine.world.secrets];
    assert.ok(
      secrets.length >= 4,
      "the doubles issued fewer secrets than there are clusters and Links",
    );
    for (const [where, text] of Object.entries({ state, transcript: firstTranscript })) {
      assert.ok(text.length > 1000, `there is next to nothing in the ${where}`);
      const key = text.indexOf("PRIVATE KEY");
      assert.equal(key, -1, `a private key is in the ${where}: ${text.slice(key - 600, key)}`);
      for (const secret of secrets) {
        const encoded = Buffer.from(secret).toString("base64");
        assert.ok(!text.includes(secret), `${secret} is in the ${where}`);
        assert.ok(!text.includes(encoded), `${secret} is in the ${where}, in Base64`);
      }
    }
  });

  test("where the program made them stands in the state of no resource but its stack", async () => {
    const { deployment } = JSON.parse(await engine.exportState()) as State;
    const { resources = [] } = deployment;
    assert.ok(resources.length > 40);
    // Pulumi's runner makes the stack before it loads the program.
    for (const { urn, ...record } of resources.filter(
      ({ urn }) => !urn.includes("::pulumi:pulumi:Stack::"),
    ))
      assert.ok(!("sourcePosition" in record) && !("stackTrace" in record), urn);
  });

  test("a second up changes nothing and asks no provider to do anything", async () => {
    const { changes, same } = await engine.up(pair);
    assert.deepEqual(changes, []);
    assert.ok(same > 40, `only ${same} resources`);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
  });

  test("destroy deletes the clusters and their network; what is in them goes along", async () => {
    await engine.destroy();
    assert.deepEqual(
      engine.world
        .takeCalls()
        .map(({ method, type }) => `${method} ${type}`)
        .sort(),
      ["delete kind:index:Cluster", "delete kind:index:Cluster", "delete kind:index:Network"],
    );
    assert.deepEqual([...engine.world.objects.keys()], []);
    assert.deepEqual(await engine.resources(), []);
  });
});
