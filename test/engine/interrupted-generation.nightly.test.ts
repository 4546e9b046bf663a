import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Topology } from "../../planning/topology.ts";
import { problemsIn } from "./problems-in.ts";
import { TestEngine } from "./test-engine.ts";
import { pair } from "./topologies.ts";
import type { Call } from "./world.ts";

/** Pod subnets that east gets one after the other: each recreates it. */
const subnets = ["10.112.0.0/21", "10.113.0.0/21", "10.114.0.0/21", "10.115.0.0/21"];

const moments: readonly {
  readonly title: string;
  readonly when: "before" | "after";
  readonly is: (call: Call) => boolean;
}[] = [
  {
    title: "after the new cluster took the place of the old one, before that was recorded",
    when: "after",
    is: ({ method, type }) => method === "create" && type === "kind:index:Cluster",
  },
  {
    title: "in the middle of what is installed in the new cluster",
    when: "after",
    is: ({ method, type, name }) =>
      method === "create" &&
      type === "kubernetes:helm.sh/v3:Release" &&
      name.endsWith("-control-plane"),
  },
  {
    title: "before the old cluster is dropped",
    when: "before",
    is: ({ method, type }) => method === "delete" && type === "kind:index:Cluster",
  },
  {
    title: "after the old cluster was dropped, before that was recorded",
    when: "after",
    is: ({ method, type }) => method === "delete" && type === "kind:index:Cluster",
  },
];

describe("an up that recreates a cluster is killed", () => {
  let engine: TestEngine;
  let last = pair;
  before(async () => {
    engine = await TestEngine.start({ tls: true, checkpoints: true });
    await engine.up(pair);
  });
  afterEach(() => {
    engine.world.disturb = () => undefined;
    engine.world.disturbAfter = () => undefined;
  });
  after(async () => {
    await engine.close();
  });

  for (const [index, { title, when, is }] of moments.entries()) {
    test(`${title}: the next up finishes it`, async () => {
      const topology: Topology = {
        ...pair,
        clusters: [{ name: "west" }, { name: "east", podSubnet: subnets[index] ?? "" }],
      };
      let killed = false;
      const kill = async (call: Call): Promise<void> => {
        if (killed || !is(call)) return;
        killed = true;
        await engine.kill();
      };
      if (when === "before") engine.world.disturb = kill;
      else engine.world.disturbAfter = kill;
      await assert.rejects(engine.up(topology));
      assert.ok(killed, "the moment never came");

      await engine.recover();
      await engine.up(topology);
      assert.deepEqual(await problemsIn(engine, topology), []);
      last = topology;
    });
  }

  test("after all that, an up changes nothing", async () => {
    assert.deepEqual((await engine.up(last)).changes, []);
  });
});
