import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestEngine } from "./test-engine.ts";
import { pair } from "./topologies.ts";
import { describeCalls } from "./world.ts";

describe("another subnet of the Docker network", () => {
  let engine: TestEngine;
  before(async () => {
    engine = await TestEngine.start({ inline: true, tls: true });
    await engine.up(pair);
    engine.world.takeCalls();
  });
  after(async () => {
    await engine.close();
  });

  const moved = { ...pair, docker: { subnet: "192.168.240.0/20" } };

  test("recreates the network and the clusters on it within one up", async () => {
    await engine.up(moved);
    const ofKind = engine.world.takeCalls().filter(({ provider }) => provider === "kind");
    const short = ofKind.map(
      ({ method, name }) => `${method} ${name.replace(/-[0-9a-f]{8}$/, "")}`,
    );
    // The new network before the clusters, and everything new before anything old goes.
    assert.deepEqual(short.slice(0, 1), ["create lab-192-168-240-0-20"]);
    assert.deepEqual(short.slice(1, 3).sort(), ["create lab-east", "create lab-west"]);
    assert.deepEqual(short.slice(3).sort(), ["delete lab", "delete lab-east", "delete lab-west"]);
  });

  test("leaves the new ones in place of the old", () => {
    const { objects } = engine.world;
    const kinds = [...objects.keys()].filter((key) => key.startsWith("kind:"));
    assert.deepEqual(kinds.sort(), [
      "kind:index:Cluster lab-east",
      "kind:index:Cluster lab-west",
      "kind:index:Network linkerd-topology-lab",
    ]);
    const network = objects.get("kind:index:Network linkerd-topology-lab");
    assert.equal(network?.["subnet"], "192.168.240.0/20");
    assert.equal(network["ipRange"], "192.168.240.0/21");
  });

  test("needs nothing more at the next up", async () => {
    const { changes } = await engine.up(moved);
    assert.deepEqual(changes, []);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
  });
});
