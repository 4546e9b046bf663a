import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chooseBackend, forgetStack } from "../../environments/backend.ts";
import { stackOf } from "../../environments/topology-source.ts";
import { openStack } from "../../environments/workspace.ts";
import { temporaryDirectory } from "../temporary.ts";
import { engineTools } from "./tools.ts";
import { pair } from "./topologies.ts";
import { TestEngine } from "./test-engine.ts";
import { describeCalls } from "./world.ts";

const labels = { "example.com/run": "lab-abc123" };

describe("the program, by `pulumi up` and by the commands", () => {
  let engine: TestEngine;
  before(async () => {
    engine = await TestEngine.start();
  });
  after(async () => {
    await engine.close();
  });

  test("is the same: what the one made, the other leaves as it is, outputs included", async () => {
    await engine.up(pair);
    const outputs = await engine.outputs();
    const kept = JSON.stringify(outputs);
    assert.match(kept, /"fingerprint"/);
    engine.world.takeCalls();

    const { changes, transcript } = await engine.up(pair, { asCommand: {} });
    assert.deepEqual(changes, []);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
    assert.deepEqual(await engine.outputs(), outputs);
    assert.ok(!transcript.includes("PRIVATE KEY"));
    assert.equal(process.env["LINKERD_TOPOLOGY_SOURCES"], undefined);
  });

  test("labels of a run recreate its network, and nothing but that", async () => {
    const { changes } = await engine.up(pair, { asCommand: { labels } });
    const touched = changes.map((change) => change.replace(/^\S+ /, ""));
    assert.deepEqual([...new Set(touched)], ["kind:index:Network lab"]);
    assert.ok((await engine.exportState()).includes(JSON.stringify(labels)));
  });

  test("the same labels change nothing; a topology with problems says all of them", async () => {
    const { changes } = await engine.up(pair, { asCommand: { labels } });
    assert.deepEqual(changes, []);
    const twice = { clusters: [{ name: "west" }, { name: "west" }] };
    await assert.rejects(
      engine.up(twice, { asCommand: {} }),
      /"west" is already the name of clusters\[0\]/,
    );
    const { stackTraceLimit } = Error;
    assert.ok(stackTraceLimit > 2, `stack traces have ${stackTraceLimit} frames`);
  });
});

describe("a topology that no stack's file holds, in a backend of the person's own", () => {
  test("has its configuration beside the state of the commands, and nothing of it stays", async () => {
    const directory = await temporaryDirectory("engine-test");
    try {
      const env = {
        ...(await engineTools()),
        XDG_STATE_HOME: path.join(directory, "state"),
        PULUMI_BACKEND_URL: pathToFileURL(directory).href,
        PULUMI_CONFIG_PASSPHRASE: "of the person's own",
      };
      const backend = chooseBackend(env);
      assert.equal(backend.type, "person");
      const stack = await openStack({ stack: stackOf("engine-test-lab", pair), backend, env });
      const { value } = await stack.getConfig("linkerd-topology:topology");
      assert.deepEqual(JSON.parse(value), pair);
      assert.ok(stack.workspace.workDir.startsWith(env.XDG_STATE_HOME));
      await stack.workspace.removeStack(stack.name);
      await forgetStack(backend, "linkerd-topology", stack.name);
      assert.deepEqual(await readdir(env.XDG_STATE_HOME), []);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
