import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { assertEach } from "../../assert-each.ts";
import { toClusterInputs } from "../../../providers/kind/cluster-inputs.ts";
import { wakeClusters } from "../../../providers/kind/wake.ts";
import type { RememberedCluster } from "../../../providers/kind/wake.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

afterEach(async () => {
  await harness.stop();
});

/** As a state would have it. */
function remember(inputs: PropertyMap, outputs: PropertyMap): RememberedCluster {
  const nodes = outputs.nodes as { name: string; address: string }[];
  return {
    inputs: toClusterInputs(inputs),
    addresses: Object.fromEntries(nodes.map(({ name, address }) => [name, address])),
    endpoint: outputs.endpoint as string,
  };
}

describe("waking clusters", () => {
  const made = async () => {
    const { inputs, outputs } = await harness.create({ workers: 1 });
    await harness.calls();
    return remember(inputs, outputs);
  };
  const wake = async (cluster: RememberedCluster) => {
    const { signal } = new AbortController();
    const [woken] = await wakeClusters([cluster], { signal, status: () => undefined });
    return woken;
  };

  it("is one look where all of them run", async () => {
    const cluster = await made();
    assert.deepEqual(await wake(cluster), { name: "west", is: "sound", started: [] });
    const calls = await harness.calls();
    assertEach("calls that only look", calls, (call) =>
      /^docker (ps|container inspect)/.test(call),
    );
  });

  it("starts what is stopped, in the order of the former addresses, and tells what moved", async () => {
    const cluster = await made();
    const names = ["west-worker", "west-control-plane"];
    for (const name of names) await harness.alter(name, ({ State }) => (State.Running = false));
    const addresses = { "west-worker": "172.30.0.2", "west-control-plane": "172.30.0.10" };
    const woken = await wake({ ...cluster, addresses });
    assert.deepEqual(woken, { name: "west", is: "moved", started: woken?.started });
    assert.deepEqual(woken.started.slice().sort(), names.slice().sort());
    const started = (await harness.calls()).filter((call) => call.startsWith("docker start"));
    assert.equal(started.length, 1);
    assert.match(started[0] ?? "", /west-worker.*west-control-plane/);
  });

  it("tells of one that has another address, or no kubeconfig any more", async () => {
    const cluster = await made();
    await harness.alter("west-worker", ({ NetworkSettings }) => {
      Object.assign(NetworkSettings.Networks.lab ?? {}, { IPAddress: "172.30.0.77" });
    });
    assert.equal((await wake(cluster))?.is, "moved");
    await harness.alter("west-worker", ({ NetworkSettings }) => {
      Object.assign(NetworkSettings.Networks.lab ?? {}, {
        IPAddress: cluster.addresses["west-worker"],
      });
    });
    assert.equal((await wake(cluster))?.is, "sound");
    await rm(cluster.inputs.kubeconfigPath);
    assert.equal((await wake(cluster))?.is, "moved");
  });

  it("tells of one that is gone, is another one's, or has lost its network", async () => {
    const cluster = await made();
    const { inputs } = cluster;
    assert.equal((await wake({ ...cluster, inputs: { ...inputs, owner: "else" } }))?.is, "lost");
    await harness.alter("west-worker", ({ State }) => (State.Running = false));
    await rm(join(harness.root, "networks", "lab.json"));
    assert.equal((await wake(cluster))?.is, "lost");
    await rm(join(harness.root, "containers", "west-worker.json"));
    assert.equal((await wake(cluster))?.is, "lost");
    assert.ok(!(await harness.calls()).some((call) => call.startsWith("docker start")));
  });
});
