import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { refuseIncomplete, removeIncomplete } from "../../../environments/losses.ts";
import { forgettingContents, wakeNodes } from "../../../environments/nodes.ts";
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
    assert.deepEqual(await look(), { drift: [], gone: [], incomplete: [] });
    await rm(path.join(harness.root, "containers", "west-worker.json"));
  });
  after(() => harness.stop());

  test("finds what is left, and refuses without --yes", async () => {
    const { incomplete, gone } = await look();
    assert.deepEqual(gone, ["west"]);
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

test("a refresh drops what was in a cluster that is gone, and nothing of one that is silent", () => {
  const urn = (type: string, name: string) => `urn:pulumi:lab::linkerd-topology::${type}::${name}`;
  const cluster = (name: string): StateResource => ({
    urn: urn("kind:index:Cluster", name),
    custom: true,
    inputs: { name: `lab-${name}` },
  });
  const provider = (name: string): StateResource => ({
    urn: urn("pulumi:providers:kubernetes", name),
    custom: true,
    deletedWith: urn("kind:index:Cluster", name),
    inputs: { clusterIdentifier: name },
  });
  const outside: StateResource = {
    urn: urn("pulumi:providers:kubernetes", "guest"),
    custom: true,
    inputs: {},
  };
  const state = {
    version: 3,
    deployment: {
      resources: ["west", "east"]
        .flatMap((name) => [cluster(name), provider(name)])
        .concat(outside),
    },
  };
  const forgets = (gone: readonly string[]) =>
    (forgettingContents(state, gone).deployment.resources ?? [])
      .filter(({ inputs }) => inputs?.["deleteUnreachable"] === "true")
      .map(({ urn: of }) => of.split("::").at(-1));
  assert.deepEqual(forgets(["lab-east"]), ["east"]);
  assert.equal(forgettingContents(state, []), state);
  assert.deepEqual(forgets(["another"]), []);
});
