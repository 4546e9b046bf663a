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
    network: { name: "lab", owner: "project/dev", labels: { run: "one" } },
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

  it("tells of one that is gone, or another one's", async () => {
    const cluster = await made();
    const { inputs } = cluster;
    const foreign = await wake({ ...cluster, inputs: { ...inputs, owner: "else" } });
    assert.deepEqual(foreign, { name: "west", is: "lost", started: [], left: [] });
    for (const name of await harness.containers()) {
      await rm(join(harness.root, "containers", `${name}.json`));
    }
    assert.deepEqual(await wake(cluster), { name: "west", is: "lost", started: [], left: [] });
  });

  it("tells what is left of one that lacks a node", async () => {
    const cluster = await made();
    await rm(join(harness.root, "containers", "west-worker.json"));
    const woken = await wake(cluster);
    assert.deepEqual([woken?.is, woken?.left], ["lost", ["west-control-plane"]]);
    assert.ok(!(await harness.calls()).some((call) => /^docker (start|rm)/.test(call)));
  });

  for (const [what, running] of [
    ["stopped", []],
    ["running", ["west-control-plane", "west-worker"]],
    ["partly running", ["west-worker"]],
  ] as const) {
    it(`gives its Docker network back to one whose nodes are ${what}`, async () => {
      const cluster = await made();
      for (const name of await harness.containers()) {
        const isRunning = running.some((one) => one === name);
        await harness.alter(name, ({ State }) => (State.Running = isRunning));
      }
      await harness.loseNetwork();
      const woken = await wake(cluster);
      assert.deepEqual([woken?.is, woken?.started.length], ["moved", 2]);
      const calls = await harness.calls();
      assert.ok(!calls.some((call) => /^docker rm|^kind/.test(call)));
      const created = calls.filter((call) => call.startsWith("docker network create"));
      // Once with the subnet that Docker chooses, and once for good.
      assert.equal(created.length, 2);
      for (const one of created) assert.match(one, /--label run=one .*owner=project\/dev/);
      assert.equal((await wake(cluster))?.started.length, 0);
    });
  }

  describe("with several control planes, which find each other by address", () => {
    const names = ["external-load-balancer", "control-plane", "control-plane2", "control-plane3"];
    const nodes = names.map((name) => `west-${name}`);
    const swapped = async () => {
      const { inputs, outputs } = await harness.create({ controlPlanes: 3 });
      assert.equal(outputs.loadBalancerAddress, "172.30.0.2");
      const addresses = Object.fromEntries(
        nodes.map((name, index) => [name, `172.30.0.${String(index + 2)}`]),
      );
      for (const [index, name] of nodes.toReversed().entries()) {
        await harness.alter(name, ({ NetworkSettings }) => {
          const address = `172.30.0.${String(index + 2)}`;
          Object.assign(NetworkSettings.Networks.lab ?? {}, { IPAddress: address });
        });
      }
      await harness.calls();
      return { ...remember(inputs, outputs), addresses };
    };

    it("stops them, and lets Docker keep the former addresses, where something else started them", async () => {
      const cluster = await swapped();
      const woken = await wake(cluster);
      assert.deepEqual(woken, { name: "west", is: "sound", started: woken?.started });
      assert.deepEqual(woken.started.toSorted(), nodes.toSorted());
      const changes = (await harness.calls()).flatMap((call) => {
        const [, change, address] =
          /^docker (stop|start|network connect)(?: --ip (\S+))?/.exec(call) ?? [];
        return [change, address].filter((one) => one !== undefined);
      });
      assert.deepEqual(changes, [
        "stop",
        ...nodes.flatMap((name) => ["network connect", cluster.addresses[name]]),
        "start",
      ]);
      assert.deepEqual(await wake(cluster), { name: "west", is: "sound", started: [] });
    });

    it("lets Docker keep the former addresses of those that are stopped, before it starts them", async () => {
      const cluster = await swapped();
      for (const name of nodes) await harness.alter(name, ({ State }) => (State.Running = false));
      const woken = await wake(cluster);
      assert.deepEqual([woken?.is, woken?.started.length], ["sound", nodes.length]);
      const calls = await harness.calls();
      assert.ok(!calls.some((call) => call.startsWith("docker stop")));
      assert.equal(calls.filter((call) => call.startsWith("docker start")).length, 1);
    });

    it("starts them once more in the former order where Docker can't keep addresses", async () => {
      const cluster = await swapped();
      await harness.behave("own-subnet");
      await harness.behave("addresses-in-order");
      const woken = await wake(cluster);
      assert.deepEqual(woken, { name: "west", is: "sound", started: woken?.started });
      assert.deepEqual(woken.started.toSorted(), nodes.toSorted());
      const [stop, start] = (await harness.calls()).filter((call) => /^docker st/.test(call));
      assert.match(stop ?? "", /^docker stop /);
      assert.match(start ?? "", new RegExp(`^docker start .*${nodes.join("-.*")}`));
      assert.deepEqual(await wake(cluster), { name: "west", is: "sound", started: [] });
    });

    it("says so where another container has such an address", async () => {
      const cluster = await swapped();
      await harness.behave("own-subnet");
      await assert.rejects(
        wake(cluster),
        /west-control-plane of .* has the address 172\.30\.0\.9 now, and etcd looks for it at 172\.30\.0\.3/,
      );
      assert.deepEqual(await harness.containers(), nodes.toSorted());
    });
  });

  it("refuses where it can't know what the network was made from, with what to do", async () => {
    const { network, ...cluster } = await made();
    assert.ok(network !== undefined);
    await harness.loseNetwork();
    await assert.rejects(
      wake(cluster),
      /network "lab" of the cluster "west" is gone.*docker network create/s,
    );
    assert.deepEqual(await harness.containers(), ["west-control-plane", "west-worker"]);
  });

  it("refuses where somebody else has a network of that name by now", async () => {
    const cluster = await made();
    await harness.loseNetwork();
    await harness.makeNetwork("project/other");
    await assert.rejects(wake(cluster), /belongs to "project\/other"/);
  });
});
