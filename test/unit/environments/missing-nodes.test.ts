import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { refuseIncomplete, removeIncomplete } from "../../../environments/losses.ts";
import { wakeNodes } from "../../../environments/nodes.ts";
import type { NodesAwake } from "../../../environments/nodes.ts";
import type { StateResource } from "../../../environments/state.ts";
import { Harness } from "../kind/harness.ts";

const tell = { step: () => undefined, notice: () => undefined, current: () => undefined };

describe("up after nodes of a cluster went missing", () => {
  let harness: Harness;
  let look: () => Promise<NodesAwake>;
  const workers = 1;
  before(async () => {
    harness = await Harness.start();
    await harness.makeNetwork();
    const { inputs, outputs } = await harness.create({ workers });
    const resource = {
      urn: "urn:pulumi:lab::linkerd-topology::kind:index:Cluster::lab-west",
      custom: true,
      inputs,
      outputs,
    } as unknown as StateResource;
    look = () => wakeNodes([resource], tell);
    assert.deepEqual(await look(), { drift: [], incomplete: [] });
    await rm(path.join(harness.root, "containers", "west-worker.json"));
  });
  after(() => harness.stop());

  test("finds what is left, and refuses without --yes", async () => {
    const { incomplete } = await look();
    assert.deepEqual(incomplete, [{ cluster: "west", left: ["west-control-plane"] }]);
    assert.throws(() => {
      refuseIncomplete(incomplete, false);
    }, /west would be recreated.*--yes/s);
    // The provider has no leave to remove what is left.
    await assert.rejects(harness.create({ workers }), /west-worker is missing/);
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
  });

  test("removes what is left with --yes, and the provider makes the whole cluster", async () => {
    const { incomplete, drift } = await look();
    refuseIncomplete(incomplete, true);
    // Without a refresh the engine would go on as if the cluster were there.
    assert.deepEqual(drift, ["cluster west is gone"]);
    await removeIncomplete(incomplete);
    assert.deepEqual(await harness.containers(), []);
    await harness.create({ workers });
    assert.deepEqual(await harness.containers(), ["west-control-plane", "west-worker"]);
    // Nothing of anybody's goes where nothing is missing.
    await removeIncomplete([]);
    assert.equal((await harness.containers()).length, 2);
  });
});
