import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import {
  allowUnknown,
  findLeftovers,
  isEmpty,
  removeLeftovers,
} from "../../../environments/leftovers.ts";
import { exists, Harness } from "../kind/harness.ts";

const owner = "project/dev";

describe("what is left of a stack on this machine", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start();
    await harness.makeNetwork();
  });
  afterEach(async () => {
    await harness.stop();
  });

  const left = async () => {
    const { clusters, elsewhere, ...rest } = await findLeftovers(owner);
    return {
      ...rest,
      clusters: clusters.map(({ name }) => name),
      elsewhere: elsewhere.map(({ name }) => name),
    };
  };

  test("is taken away: clusters, network, kubeconfigs", async () => {
    const { inputs } = await harness.create({ workers: 1 });
    const file = inputs.kubeconfigPath as string;
    const expected = { clusters: ["west"], networks: ["lab"], files: [file] };
    assert.deepEqual(await left(), { ...expected, elsewhere: [], strangers: [] });
    await removeLeftovers(await findLeftovers(owner));
    assert.ok(isEmpty(await findLeftovers(owner)));
    assert.ok(!(await exists(file)));
  });

  test("is found where the Docker network is gone", async () => {
    await harness.create();
    await harness.loseNetwork();
    assert.deepEqual((await left()).clusters, ["west"]);
    await removeLeftovers(await findLeftovers(owner));
    assert.deepEqual(await harness.containers(), []);
  });

  for (const running of [true, false]) {
    const how = running ? "running" : "stopped";
    test(`is not what a stack of that name has whose state is elsewhere (${how})`, async () => {
      const elsewhere = path.join(harness.root, "elsewhere/linkerd-topology/project/dev");
      await harness.create({ kubeconfigPath: path.join(elsewhere, "west.kubeconfig") });
      await harness.alter("west-control-plane", ({ State }) => (State.Running = running));
      assert.deepEqual([(await left()).clusters, (await left()).elsewhere], [[], ["west"]]);
      assert.ok(!isEmpty(await findLeftovers(owner)));
      await assert.rejects(
        async () => removeLeftovers(await findLeftovers(owner)),
        /state is elsewhere: "west".*XDG_STATE_HOME/,
      );
      assert.deepEqual(await harness.containers(), ["west-control-plane"]);
      assert.deepEqual(await harness.networkNames(), ["lab"]);
      // In its own state it is known.
      const env = { XDG_STATE_HOME: path.join(harness.root, "elsewhere") };
      assert.deepEqual(
        (await findLeftovers(owner, env)).clusters.map(({ name }) => name),
        ["west"],
      );
    });
  }

  test("is not what somebody else put on its network, another kind cluster neither", async () => {
    await harness.create();
    await harness.alter("west-control-plane", (container) => (container.Mounts = []));
    assert.deepEqual((await left()).clusters, []);
    assert.deepEqual((await left()).strangers, ["west-control-plane"]);
    await assert.rejects(
      async () => removeLeftovers(await findLeftovers(owner)),
      /it has containers that this stack did not create \(west-control-plane\)/,
    );
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
  });

  test("goes only with leave where it is unfinished and no state knows the stack", async () => {
    await harness.create();
    await allowUnknown(await findLeftovers(owner), false);
    await harness.alter("west-control-plane", (container) => delete container.marker);
    const found = await findLeftovers(owner);
    await assert.rejects(
      allowUnknown(found, false),
      /unfinished clusters of that name: west\..*Nothing was changed.*--yes/s,
    );
    const questions: string[] = [];
    const answer = (reply: boolean) => (question: string) => {
      questions.push(question);
      return Promise.resolve(reply);
    };
    await assert.rejects(allowUnknown(found, answer(false)), /Nothing was changed/);
    await allowUnknown(found, answer(true));
    assert.match(questions.join(), /west.*Take them away\?/s);
    await allowUnknown(found, true);
  });
});
