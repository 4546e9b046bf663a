import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { replaceVariable } from "../../../providers/kind/make-way.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { exists, Harness } from "./harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

const { nodesReady } = timeLimits;

afterEach(async () => {
  Object.assign(timeLimits, { nodesReady });
  await harness.stop();
});

/** Leaves what a killed run leaves: nodes without the file that says that they were finished. */
async function leaveHalfMade(): Promise<void> {
  await harness.create();
  await harness.alter("west-control-plane", (container) => delete container.marker);
}

const alterNode =
  (name: string, change: Parameters<Harness["alter"]>[1]): (() => Promise<void>) =>
  () =>
    harness.alter(name, change);

const stop = alterNode("west-control-plane", ({ State }) => (State.Running = false));

describe("what is there under the cluster's name", () => {
  it("is taken over when this owner made it from the same inputs and it is sound", async () => {
    await harness.create();
    await harness.calls();
    const { outputs } = await harness.create();
    assert.equal(outputs.uid, "uid-1");
    assert.ok(!(await harness.calls()).some((call) => call.startsWith("kind create")));
  });

  it("is started first when it is stopped, and its new address told", async () => {
    await harness.create();
    await harness.alter("west-control-plane", ({ State }) => (State.Running = false));
    const { outputs } = await harness.create();
    assert.deepEqual((outputs.nodes as { address: string }[])[0]?.address, "172.30.0.9");
  });

  for (const [what, change, removed] of [
    ["half-made", () => leaveHalfMade(), true],
    ["half-made and stopped", () => leaveHalfMade().then(stop), true],
    [
      "of an older generation that may make way",
      async () => {
        await harness.create({ generation: "g0" });
        process.env[replaceVariable] = "east@g7 west@g0";
      },
      true,
    ],
  ] as const) {
    it(`is removed and recreated when it is ${what}`, async () => {
      await change();
      await harness.calls();
      await harness.create();
      const calls = await harness.calls();
      assert.equal(
        calls.some((call) => call.startsWith("docker rm --force")),
        removed,
      );
      assert.equal(calls.filter((call) => call.startsWith("kind create")).length, 1);
      assert.deepEqual(await harness.containers(), ["west-control-plane"]);
    });
  }

  /** Nothing was done to it but to look. */
  async function assertUntouched(): Promise<void> {
    const calls = await harness.calls();
    assert.ok(!calls.some((call) => /^docker (rm|network rm)|^kind (create|delete)/.test(call)));
    assert.ok((await harness.containers()).length > 0);
  }

  for (const [what, spoil, message, changes] of [
    ["does not answer", () => silence(), /does not work: .*Ready.*docker logs west-control-plane/s],
    [
      "was stopped and can't start",
      async () => {
        await stop();
        await harness.behave("start-fails", "Error response from daemon: no space left on device");
      },
      /does not work: .*no space left.*docker logs west-control-plane/s,
    ],
    [
      "was paused, and then says nothing",
      async () => {
        await alterNode("west-control-plane", ({ State }) => (State.Paused = true))();
        silence();
      },
      /does not work/,
    ],
    [
      "was created from other inputs",
      () => undefined,
      /other inputs \(podSubnet\).*Undo/,
      { podSubnet: "10.40.0.0/21" },
    ],
    [
      "is of another generation",
      () => undefined,
      /other inputs \(generation, podSubnet\).*Undo.*`linkerd-topology up`.*LINKERD_TOPOLOGY_REPLACE=west@g0/s,
      { generation: "g0", podSubnet: "10.40.0.0/21" },
    ],
    [
      "is of another generation than the one that may make way",
      () => (process.env[replaceVariable] = "west@g7 east@g0 west"),
      /other inputs \(generation\).*LINKERD_TOPOLOGY_REPLACE=west@g0/s,
      { generation: "g0" },
    ],
    [
      "has lost a worker",
      () => rm(join(harness.root, "containers", "west-worker.json")),
      /west-worker is missing.*Save what you need/,
    ],
    [
      "has lost the first of its control planes",
      () => rm(join(harness.root, "containers", "west-control-plane.json")),
      /west-control-plane.* missing.*Save what you need/,
      { controlPlanes: 2, workers: 0 },
    ],
  ] as const) {
    it(`is an error and stays untouched when it was finished and ${what}`, async () => {
      const wanted = { workers: 1, ...(changes && "controlPlanes" in changes && changes) };
      await harness.create({ ...wanted, ...changes });
      await spoil();
      await harness.calls();
      await assert.rejects(harness.create(wanted), message);
      await assertUntouched();
    });
  }

  it("is an error and stays untouched when Docker can't tell whether it was finished", async () => {
    for (const generation of ["g1", "g2"]) {
      await harness.behaveAsUsual();
      await harness.create();
      await harness.behave("cp-fails", "Error response from daemon: input/output error");
      await harness.calls();
      await assert.rejects(harness.create({ generation }), /input\/output error/);
      await assertUntouched();
    }
  });

  /** Its API server answers nothing about nodes any more, and nobody waits long. */
  function silence(): void {
    harness.kubernetes.silent = true;
    Object.assign(timeLimits, { nodesReady: 500 });
  }

  for (const [what, change, message] of [
    [
      "another owner's",
      (path: string) => path.replace("project%2Fdev", "project%2Fother"),
      /"project\/other" made/,
    ],
    ["made by kind alone", () => "/lib/modules", /this provider did not create/],
  ] as const) {
    it(`is an error and stays untouched when it is ${what}`, async () => {
      const { id, inputs, outputs } = await harness.create();
      await harness.alter("west-control-plane", ({ Mounts }) => {
        for (const mount of Mounts) mount.Destination = change(mount.Destination);
      });
      await harness.calls();
      await assert.rejects(harness.create(), (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, /west-control-plane/);
        assert.match(error.message, /kind delete cluster --name west/);
        return true;
      });
      assert.equal((await harness.clusters.read(id, inputs, outputs)).id, "");
      await harness.clusters.delete(id, inputs, outputs);
      assert.ok(
        !(await harness.calls()).some((call) => /^docker (rm|start)|^kind create/.test(call)),
      );
      assert.deepEqual(await harness.containers(), ["west-control-plane"]);
    });
  }

  const states = [
    ["running", { Running: true }],
    ["stopped", { Running: false }],
    ["paused", { Running: true, Paused: true }],
  ] as const;
  for (const generation of ["g1", "g0"]) {
    for (const [how, State] of states) {
      it(`is an error and stays untouched when its state is elsewhere (generation ${generation}, ${how})`, async () => {
        const elsewhere = join(harness.root, "elsewhere", "west.kubeconfig");
        await harness.create({ generation, kubeconfigPath: elsewhere });
        await harness.alter("west-control-plane", (container) => (container.State = State));
        await harness.calls();
        await assert.rejects(
          harness.create({ generation: "g1" }),
          /whose state is elsewhere.*XDG_STATE_HOME/,
        );
        const calls = await harness.calls();
        assert.ok(!calls.some((call) => /^docker (rm|start|unpause)|^kind/.test(call)));
        assert.deepEqual(await harness.containers(), ["west-control-plane"]);
        assert.ok(await exists(elsewhere));
      });
    }
  }

  for (const running of [true, false]) {
    it(`is put back on its network where that was removed (${running ? "running" : "stopped"})`, async () => {
      await harness.create();
      await harness.alter("west-control-plane", ({ State }) => (State.Running = running));
      await harness.loseNetwork();
      await harness.makeNetwork();
      await harness.calls();
      const { outputs } = await harness.create();
      assert.equal(outputs.uid, "uid-1");
      assert.ok(!(await harness.calls()).some((call) => /^docker rm|^kind create/.test(call)));
    });
  }

  it("is deleted where its network was removed", async () => {
    const { id, inputs, outputs } = await harness.create();
    await harness.loseNetwork();
    await harness.clusters.delete(id, inputs, outputs);
    assert.deepEqual(await harness.containers(), []);
  });

  it("is looked at again when Docker is still busy creating it", async () => {
    await harness.behave("unsettled-once");
    await harness.create();
    const looks = (await harness.calls()).filter((call) => call.startsWith("docker ps"));
    assert.ok(looks.length > 2);
  });

  it("stays when it is of an older generation and the new one can be seen to fail", async () => {
    await harness.create({ generation: "g0" });
    process.env[replaceVariable] = "west@g0";
    await harness.behave("kind-version", "kind v0.20.0");
    await assert.rejects(harness.create(), /too old/);
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
  });
});
