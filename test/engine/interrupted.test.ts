import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { TestEngine } from "./test-engine.ts";
import { pair } from "./topologies.ts";
import { describeCalls } from "./world.ts";
import type { Call } from "./world.ts";

const isRelease = ({ method, type, name }: Call): boolean =>
  method === "create" &&
  type === "kubernetes:helm.sh/v3:Release" &&
  /east-\w+-control-plane$/.test(name);
const isCluster = ({ method, type, name }: Call): boolean =>
  method === "create" && type === "kind:index:Cluster" && name.includes("-east-");

describe("an up that fails or is killed", () => {
  let engine: TestEngine;
  before(async () => {
    engine = await TestEngine.start({ tls: true, checkpoints: true });
  });
  afterEach(() => {
    engine.world.disturb = () => undefined;
    engine.world.disturbAfter = () => undefined;
  });
  after(async () => {
    await engine.close();
  });

  test("a failure in the middle is told in the words of its cause", async () => {
    engine.world.disturb = (call) => {
      if (isRelease(call)) throw new Error("the control plane did not become ready");
    };
    await assert.rejects(engine.up(pair), /the control plane did not become ready/);
  });

  test("the next up finishes it and makes nothing twice", async () => {
    await engine.up(pair);
    const calls = engine.world.takeCalls().filter(({ method }) => method === "create");
    const clusters = calls.filter(({ type }) => type === "kind:index:Cluster");
    assert.equal(clusters.length, 2, describeCalls(clusters).join("; "));
    const releases = calls.filter(isRelease);
    assert.equal(releases.length, 2, "the one that failed, and the one that went well");
    assert.deepEqual((await engine.up(pair)).changes, []);
  });

  test("an engine killed after a cluster was made, before that was recorded, loses nothing", async () => {
    await engine.destroy();
    engine.world.takeCalls();
    engine.world.disturbAfter = async (call) => {
      if (isCluster(call)) await engine.kill();
    };
    await assert.rejects(engine.up(pair));
    engine.world.disturbAfter = () => undefined;
    assert.ok(engine.world.objects.has("kind:index:Cluster lab-east"), "the cluster was not made");
    assert.ok(!(await engine.storedState()).includes("certificate of lab-east"), "it was recorded");

    const unfinished = await engine.recover();
    assert.ok(unfinished.some((urn) => urn.includes("kind:index:Cluster::lab-east")));
    const { transcript } = await engine.up(pair);
    assert.ok(!transcript.includes("pending operations"), "Pulumi still warns of the killed run");
    assert.deepEqual((await engine.up(pair)).changes, []);
  });

  test("an engine killed while it destroys is finished by the next destroy", async () => {
    engine.world.disturbAfter = async (call) => {
      if (call.method === "delete" && call.type === "kind:index:Cluster") await engine.kill();
    };
    await assert.rejects(engine.destroy());
    engine.world.disturbAfter = () => undefined;
    await engine.recover();
    await engine.destroy();
    assert.deepEqual([...engine.world.objects.keys()], []);
    assert.deepEqual(await engine.resources(), []);
  });
});
