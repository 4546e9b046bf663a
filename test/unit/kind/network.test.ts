import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { replaceVariable } from "../../../providers/kind/make-way.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
});

afterEach(async () => {
  await harness.stop();
});

async function create(changes: PropertyMap = {}) {
  const { inputs, failures } = await harness.networks.check({
    name: "lab",
    owner: "project/dev",
    ...changes,
  });
  assert.deepEqual(failures, []);
  return { inputs, ...(await harness.networks.create(inputs)) };
}

async function remove({ id, inputs, outputs }: Awaited<ReturnType<typeof create>>) {
  await harness.networks.delete(id, inputs, outputs);
}

describe("kind:index:Network", () => {
  it("is a bridge that Docker shows the owner of", async () => {
    const { id, outputs } = await create({ labels: { expiry: "tomorrow" } });
    assert.equal(id, "lab");
    assert.deepEqual(outputs, {
      name: "lab",
      owner: "project/dev",
      labels: { expiry: "tomorrow" },
      subnet: "172.30.0.0/16",
      networkId: "id-of-lab",
    });
    const [call] = (await harness.calls()).filter((line) =>
      line.startsWith("docker network create"),
    );
    assert.match(call ?? "", /--driver bridge.*--label dev\.linkerd-topology\.owner=project\/dev/);
    assert.match(call ?? "", /--label dev\.linkerd-topology\.created-by=linkerd-topology\//);
  });

  const subnetsOf = (calls: readonly string[]) =>
    calls
      .filter((call) => call.startsWith("docker network create"))
      .map((call) => /--subnet (\S+)/.exec(call)?.[1] ?? "what Docker chooses");

  it("has a subnet of its own, in which Docker can fix addresses, although Docker chose it", async () => {
    await create();
    assert.deepEqual(subnetsOf(await harness.calls()), ["what Docker chooses", "172.30.0.0/16"]);
  });

  it("has the next subnet that Docker chooses where another network takes the first", async () => {
    await harness.behave("pool-overlaps");
    await harness.behave("pool-overlaps-once");
    await create();
    const [chosen, own] = ["what Docker chooses", "172.30.0.0/16"];
    assert.deepEqual(subnetsOf(await harness.calls()), [chosen, own, chosen, own]);
  });

  it("is adopted from an interrupted run of the same owner, recreated where its labels differ", async () => {
    await create();
    await harness.calls();
    await create();
    assert.ok(!(await harness.calls()).some((line) => line.startsWith("docker network create")));
    const { outputs } = await create({ labels: { expiry: "tomorrow" } });
    assert.deepEqual(outputs.labels, { expiry: "tomorrow" });
  });

  it("is an error when somebody else has it", async () => {
    await create();
    await assert.rejects(
      create({ owner: "project/other" }),
      /belongs to "project\/dev".*docker network rm/,
    );
    const path = join(harness.root, "networks/lab.json");
    const network = JSON.parse(await readFile(path, "utf8")) as object;
    await writeFile(path, JSON.stringify({ ...network, Labels: null }));
    await assert.rejects(create(), /this provider did not create/);
    assert.deepEqual(await harness.networkNames(), ["lab"]);
  });

  it("reads as it is, as gone when it is gone, and can be imported", async () => {
    const { id, inputs, outputs } = await create();
    assert.deepEqual(await harness.networks.read(id, inputs, outputs), { id, inputs, outputs });
    assert.deepEqual(await harness.networks.read(id), { id, inputs, outputs });
    assert.equal((await harness.networks.read(id, { ...inputs, owner: "x" }, outputs)).id, "");
    await remove({ id, inputs, outputs });
    assert.equal((await harness.networks.read(id, inputs, outputs)).id, "");
    await remove({ id, inputs, outputs });
  });

  it("takes the nodes with it that a killed run of the same owner left on it", async () => {
    const network = await create();
    const inputs = await harness.inputs();
    await harness.clusters.create(inputs);
    await remove(network);
    assert.deepEqual([await harness.containers(), await harness.networkNames()], [[], []]);
  });

  it("stays, with all that is on it, when somebody else uses it", async () => {
    const network = await create();
    await harness.clusters.create(await harness.inputs());
    await harness.alter("west-control-plane", (container) => (container.Mounts = []));
    await assert.rejects(
      remove(network),
      /can't be removed: west-control-plane.*docker network disconnect/,
    );
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
    assert.deepEqual(await harness.networkNames(), ["lab"]);
  });

  it("tells all that is wrong with its inputs", async () => {
    const { failures } = await harness.networks.check({
      name: "a b",
      labls: {},
      labels: { "dev.linkerd-topology.owner": "me", size: 3 },
    });
    assert.deepEqual(
      failures.map(({ property }) => property).sort(),
      ["labels.size", "labels", "labls", "name"].sort(),
    );
    assert.match(
      failures.find(({ property }) => property === "labls")?.reason ?? "",
      /did you mean "labels"/,
    );
  });

  it("has the subnet and the range of addresses that were asked for, after a refresh too", async () => {
    const asked = { subnet: "172.28.0.0/16", ipRange: "172.28.0.0/17" };
    const { id, inputs, outputs } = await create(asked);
    const [call] = (await harness.calls()).filter((line) =>
      line.startsWith("docker network create"),
    );
    assert.match(call ?? "", /--subnet 172\.28\.0\.0\/16 --ip-range 172\.28\.0\.0\/17/);
    assert.equal(outputs.subnet, asked.subnet);
    assert.equal(outputs.ipRange, asked.ipRange);
    assert.deepEqual(await harness.networks.read(id, inputs, outputs), { id, inputs, outputs });
    const diff = await harness.networks.diff(id, inputs, outputs, {
      ...inputs,
      subnet: "172.29.0.0/16",
    });
    assert.deepEqual(diff.replacesList, ["subnet"]);
  });

  it("stays, with the finished clusters on it, where other addresses are wanted and nobody let them go", async () => {
    await create();
    await harness.clusters.create(await harness.inputs());
    for (const leave of ["", "east@g1 west@g0"]) {
      process.env[replaceVariable] = leave;
      await assert.rejects(
        create({ subnet: "172.28.0.0/16" }),
        /"lab".*"west".*Nothing was removed.*Undo.*`linkerd-topology up`.*LINKERD_TOPOLOGY_REPLACE=west@g1.*kind delete cluster --name west/s,
      );
    }
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
    assert.deepEqual(await harness.networkNames(), ["lab"]);
  });

  it("makes way, with what a killed run left half-made on it, where other addresses are wanted", async () => {
    await create();
    await harness.clusters.create(await harness.inputs());
    await harness.alter("west-control-plane", (container) => delete container.marker);
    const { outputs } = await create({ subnet: "172.28.0.0/16" });
    assert.deepEqual(await harness.containers(), []);
    assert.equal(outputs.subnet, "172.28.0.0/16");
  });

  it("takes the place of a former generation, clusters and all, which deletes nothing then", async () => {
    const former = await create();
    await harness.clusters.create(await harness.inputs());
    process.env[replaceVariable] = "west@g1";
    const later = await create({ subnet: "172.28.0.0/16" });
    assert.deepEqual(await harness.containers(), []);
    assert.equal(later.outputs.subnet, "172.28.0.0/16");
    await remove(former);
    assert.deepEqual(await harness.networkNames(), ["lab"]);
    await remove(later);
    assert.deepEqual(await harness.networkNames(), []);
  });

  for (const running of [true, false]) {
    const how = running ? "running" : "stopped";
    it(`stays, with the clusters of a stack whose state is elsewhere (${how})`, async () => {
      const network = await create();
      const here = process.env.XDG_STATE_HOME;
      process.env.XDG_STATE_HOME = join(harness.root, "state-elsewhere");
      await harness.clusters.create(await harness.inputs());
      process.env.XDG_STATE_HOME = here;
      await harness.alter("west-control-plane", ({ State }) => (State.Running = running));
      const refused = /"west" \(its kubeconfig is .*state-elsewhere.*XDG_STATE_HOME/s;
      await assert.rejects(create(), refused);
      await assert.rejects(create({ subnet: "172.28.0.0/16" }), refused);
      await assert.rejects(create({ labels: { run: "two" } }), refused);
      await assert.rejects(remove(network), refused);
      assert.deepEqual(await harness.containers(), ["west-control-plane"]);
      assert.deepEqual(await harness.networkNames(), ["lab"]);
    });
  }

  it("is not recreated for its labels while stopped nodes are on it", async () => {
    await create();
    await harness.clusters.create(await harness.inputs());
    await harness.alter("west-control-plane", ({ State }) => (State.Running = false));
    await harness.calls();
    await create({ labels: { run: "two" } });
    assert.ok(!(await harness.calls()).some((call) => call.startsWith("docker network rm")));
  });

  it("doesn't take the place of one that somebody else uses", async () => {
    await create();
    await harness.clusters.create(await harness.inputs());
    await harness.alter("west-control-plane", (container) => (container.Mounts = []));
    await assert.rejects(
      create({ subnet: "172.28.0.0/16" }),
      /can't be removed: west-control-plane/,
    );
    assert.deepEqual(await harness.networkNames(), ["lab"]);
  });

  it("says what to do about a subnet that is taken", async () => {
    await harness.behave("pool-overlaps");
    await assert.rejects(
      create({ subnet: "172.28.0.0/16" }),
      /172\.28\.0\.0\/16.*"lab" is used.*another Docker network.*Choose another/,
    );
  });

  it("refuses a subnet that is none, and a range outside of it", async () => {
    const problems = async (changes: PropertyMap) => {
      const { failures } = await harness.networks.check({
        name: "lab",
        owner: "project/dev",
        ...changes,
      });
      return failures.map(({ property, reason }) => `${property}: ${reason}`);
    };
    assert.match(
      String(await problems({ subnet: "172.28.0.1/16" })),
      /the subnet is 172\.28\.0\.0/,
    );
    assert.match(String(await problems({ ipRange: "172.28.0.0/17" })), /ipRange: needs the subnet/);
    assert.match(
      String(await problems({ subnet: "172.28.0.0/16", ipRange: "172.29.0.0/17" })),
      /ipRange: is not a part of 172\.28\.0\.0\/16/,
    );
  });

  it("is replaced, the old one first, when anything changes", async () => {
    const { id, inputs, outputs } = await create();
    const diff = await harness.networks.diff(id, inputs, outputs, {
      ...inputs,
      labels: { a: "b" },
    });
    assert.deepEqual(diff.replacesList, ["labels"]);
    assert.ok(diff.deletebeforereplace);
  });
});
