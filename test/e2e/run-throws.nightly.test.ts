import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withTopology } from "../../environments/with-topology.ts";
import { EphemeralRuns, inThisProcess } from "./ephemeral.ts";

// What else ends a run is in run.test.ts, with every push.
describe("a run whose function throws", { timeout: 600_000 }, () => {
  let runs: EphemeralRuns;
  before(async () => {
    runs = await EphemeralRuns.create("throws", { clusters: [{ name: "west" }] });
  });
  after(() => runs.dispose());

  test("passes the error on, and leaves nothing", async () => {
    const thrown = new Error("the test on the mesh failed");
    let used = false;
    const run = withTopology(
      { file: runs.topology },
      () => {
        used = true;
        throw thrown;
      },
      inThisProcess(runs),
    );
    await assert.rejects(run, (error) => error === thrown);
    assert.ok(used);
    assert.deepEqual(await runs.traces(), []);
  });
});
