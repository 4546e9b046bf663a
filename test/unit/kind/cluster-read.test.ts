import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isPropertyMap, unknown } from "../../../providers/server/index.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

afterEach(async () => {
  await harness.stop();
});

describe("read", () => {
  it("finds everything as it was", async () => {
    const { id, inputs, outputs } = await harness.create();
    const read = await harness.clusters.read(id, inputs, outputs);
    assert.deepEqual(read, { id, inputs, outputs });
  });

  it("says gone when the containers are, and nothing when only a node is missing", async () => {
    const { id, inputs, outputs } = await harness.create({ workers: 1 });
    await harness.alter("west-worker", ({ Config }) => {
      Config.Labels = {};
    });
    await assert.rejects(harness.clusters.read(id, inputs, outputs), /west-worker is missing/);
    await harness.clusters.delete(id, inputs, outputs);
    assert.equal((await harness.clusters.read(id, inputs, outputs)).id, "");
  });

  it("starts stopped nodes before it says anything", async () => {
    const { id, inputs, outputs } = await harness.create();
    await harness.alter("west-control-plane", ({ State }) => (State.Running = false));
    const read = await harness.clusters.read(id, inputs, outputs);
    assert.equal(read.id, id);
    assert.equal((read.outputs.nodes as { address: string }[])[0]?.address, "172.30.0.9");
  });

  for (const running of [true, false]) {
    const how = running ? "disconnected" : "stopped";
    it(`never says gone where nodes are ${how} and their network was removed`, async () => {
      const { id, inputs, outputs } = await harness.create();
      await harness.alter("west-control-plane", ({ State }) => (State.Running = running));
      await harness.loseNetwork();
      await assert.rejects(
        harness.clusters.read(id, inputs, outputs),
        /network "lab" .* is gone, but its nodes are there.*`linkerd-topology up`.*docker network create/s,
      );
      await assert.rejects(
        harness.clusters.update(id, inputs, outputs, inputs),
        running ? /is gone, but its nodes are there/ : /network id-of-the-former-one not found/,
      );
      await harness.makeNetwork();
      assert.equal((await harness.clusters.read(id, inputs, outputs)).id, id);
    });
  }

  it("starts nodes in the order of their former addresses", async () => {
    const { id, inputs, outputs } = await harness.create({ workers: 1 });
    const addresses: Record<string, string> = {
      "west-worker": "172.30.0.2",
      "west-control-plane": "172.30.0.10",
    };
    for (const name of Object.keys(addresses)) {
      await harness.alter(name, ({ State }) => (State.Running = false));
    }
    const nodes = (outputs.nodes as { name: string }[]).map((node) => ({
      ...node,
      address: addresses[node.name] ?? "",
    }));
    await harness.calls();
    await harness.clusters.read(id, inputs, { ...outputs, nodes });
    const started = (await harness.calls()).filter((call) => call.startsWith("docker start"));
    assert.match(started.join("\n"), /^docker start \S*west-worker\S* \S*west-control-plane\S*$/);
  });

  it("says what to do where control planes have each other's addresses, and doesn't wait for them", async () => {
    const { id, inputs, outputs } = await harness.create({ controlPlanes: 3 });
    const [first, second] = ["west-control-plane", "west-control-plane2"];
    const nodes = (outputs.nodes as { name: string }[]).map((node, index) => ({
      ...node,
      address: `172.30.0.${index + 3}`,
    }));
    const put = (name: string, address: string) =>
      harness.alter(name, ({ NetworkSettings }) => {
        Object.assign(NetworkSettings.Networks.lab ?? {}, { IPAddress: address });
      });
    await put(first, "172.30.0.4");
    await put(second, "172.30.0.3");
    await put("west-control-plane3", "172.30.0.5");
    await harness.calls();
    await assert.rejects(
      harness.clusters.read(id, inputs, { ...outputs, nodes }),
      /west-control-plane has 172\.30\.0\.4, and had 172\.30\.0\.3; west-control-plane2 .*`linkerd-topology up` gives them back.*docker stop west-external-load-balancer west-control-plane west-control-plane2 west-control-plane3 &&/,
    );
    const calls = await harness.calls();
    assert.ok(!calls.some((call) => /^docker (stop|rm|exec)/.test(call)), calls.join("\n"));
    await put(first, "172.30.0.3");
    await put(second, "172.30.0.4");
    assert.equal((await harness.clusters.read(id, inputs, { ...outputs, nodes })).id, id);
  });

  it("lets paused nodes go on", async () => {
    const { id, inputs, outputs } = await harness.create();
    await harness.alter("west-control-plane", ({ State }) => (State.Paused = true));
    assert.deepEqual(await harness.clusters.read(id, inputs, outputs), { id, inputs, outputs });
  });

  it("brings the kubeconfig file back: missing, changed, or open to others", async () => {
    const { id, inputs, outputs } = await harness.create();
    const path = outputs.kubeconfigPath as string;
    const text = await readFile(path, "utf8");
    for (const spoil of [
      () => writeFile(path, "something else"),
      () => chmod(path, 0o644),
      () => harness.clusters.read(id, inputs, outputs).then(() => chmod(path, 0o666)),
    ]) {
      await spoil();
      await harness.clusters.read(id, inputs, outputs);
      assert.equal(await readFile(path, "utf8"), text);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    }
  });

  it("sees that somebody changed CoreDNS's TTL", async () => {
    const { id, inputs, outputs } = await harness.create();
    harness.kubernetes.corefile = harness.kubernetes.corefile.replace(/ttl \d+/, "ttl 30");
    const read = await harness.clusters.read(id, inputs, outputs);
    assert.equal(read.inputs.dnsTtlSeconds, 30);
  });

  it("imports what this provider made, from what it noted in the node", async () => {
    const { id, inputs, outputs } = await harness.create();
    assert.deepEqual(await harness.clusters.read(id), { id, inputs, outputs });
    await harness.alter("west-control-plane", (container) => delete container.marker);
    await assert.rejects(harness.clusters.read(id), /unfinished/);
    await harness.alter("west-control-plane", (container) => (container.Mounts = []));
    await assert.rejects(harness.clusters.read(id), /was not created by this provider/);
    assert.equal((await harness.clusters.read("nowhere")).id, "");
  });
});

describe("preview", () => {
  it("knows the inputs, and nothing else before the create", async () => {
    const inputs = await harness.inputs();
    await harness.calls();
    const { id, outputs } = await harness.clusters.create(inputs, { preview: true });
    assert.equal(id, "");
    assert.equal(outputs.name, "west");
    assert.equal(outputs.kubeconfig, unknown);
    assert.equal(outputs.nodes, unknown);
    assert.ok(isPropertyMap(outputs));
    // It only looks: whether another cluster has to go first, and whether kind is there.
    assert.deepEqual(
      (await harness.calls()).map((call) => call.split(" ").slice(0, 2).join(" ")).sort(),
      ["docker ps", "kind version"],
    );
  });
});
