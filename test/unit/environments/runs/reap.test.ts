import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { reap } from "../../../../environments/reap.ts";
import type { ProcessIdentity } from "../../../../toolchain/process-identity.ts";
import { findRuns, updateRecord } from "../../../../environments/runs/record.ts";
import { exists } from "../../../../toolchain/cache.ts";
import { RunFiles } from "./run-files.ts";

describe("reap", () => {
  let files: RunFiles;
  let gone: ProcessIdentity;
  let alive: ProcessIdentity;

  before(async () => {
    files = await RunFiles.start();
    ({ gone, alive } = files);
  });
  after(() => files.stop());
  beforeEach(() => files.clear());

  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).sort();

  test("removes what is nobody's any more or has expired, with its network, and leaves the rest", async () => {
    const orphan = files.recordOf("lab-orphan", gone);
    const expired = files.recordOf("lab-expired", alive, -1);
    const kept = { ...files.recordOf("lab-kept", gone), kept: "it failed" };
    const working = files.recordOf("lab-working", alive);
    const elsewhere = files.recordOf("lab-elsewhere", { ...gone, host: "another" });
    const all = [orphan, expired, kept, working, elsewhere];
    const places = new Map<string, string>();
    for (const record of all) places.set(record.name, await files.begun(record));
    await files.writeNetworks(
      all.map((record) => files.networkOf(record, places.get(record.name) ?? "")),
    );

    const dry = await reap({ env: files.env, dryRun: true });
    assert.deepEqual(names(dry.removed), ["lab-expired", "lab-orphan"]);
    assert.equal((await files.networkNames()).length, 5);

    const { removed, left, failed, problems } = await reap({ env: files.env });
    assert.deepEqual(names(removed), ["lab-expired", "lab-orphan"]);
    assert.deepEqual(names(left), ["lab-elsewhere", "lab-kept", "lab-working"]);
    assert.deepEqual([failed, problems], [[], []]);
    assert.deepEqual((await files.networkNames()).sort(), [
      "linkerd-topology-lab-elsewhere",
      "linkerd-topology-lab-kept",
      "linkerd-topology-lab-working",
    ]);
    for (const [name, place] of places) {
      assert.equal(await exists(place), names(left).includes(name), name);
    }
  });

  test("leaves the run that asks alone, which may expire while it begins", async () => {
    const asking = files.recordOf("lab-asking", alive, -1);
    const place = await files.begun(asking);
    await files.begun(files.recordOf("lab-expired", alive, -1));
    const { removed, left } = await reap({ env: files.env, except: asking.name });
    assert.deepEqual([names(removed), names(left)], [["lab-expired"], []]);
    assert.ok(await exists(place));
  });

  test("gives up a run that takes too long, says so, and can be interrupted", async () => {
    const orphan = files.recordOf("lab-orphan", gone);
    await files.writeNetworks([files.networkOf(orphan, await files.begun(orphan))]);
    process.env["FAKE_SLOW"] = "yes";
    try {
      const { removed, failed } = await reap({ env: files.env, limit: 800 });
      assert.deepEqual(names(removed), []);
      assert.match(failed[0]?.why ?? "", /not done within 0\.8 s/);

      const interrupted = new AbortController();
      const reaping = reap({ env: files.env, signal: interrupted.signal });
      setTimeout(() => interrupted.abort(new Error("Ctrl-C")), 800);
      await assert.rejects(reaping, /Ctrl-C/);
    } finally {
      delete process.env["FAKE_SLOW"];
    }
    assert.deepEqual(names((await reap({ env: files.env })).removed), ["lab-orphan"]);
  });

  test("nothing is left of the state directory when the last run is gone", async () => {
    await files.begun(files.recordOf("lab-orphan", gone));
    await reap({ env: files.env });
    assert.equal(
      await exists(path.join(files.env["XDG_STATE_HOME"] ?? "", "linkerd-topology")),
      false,
    );
  });

  test("needs no Pulumi for a run that had not asked Pulumi for anything", async () => {
    const record = { ...files.recordOf("lab-early", gone), engineRemoves: true };
    const place = await files.begun({ ...record, backendUrl: "file:///there/is/no/such/backend" });
    const { removed, failed } = await reap({ env: files.env });
    assert.deepEqual([names(removed), failed], [["lab-early"], []]);
    assert.equal(await exists(place), false);
  });

  test("goes by Docker alone where the files are lost", async () => {
    const lost = files.recordOf("lab-lost", gone);
    const lostAlive = files.recordOf("lab-busy", alive);
    await files.writeNetworks([
      files.networkOf(lost, path.join(files.directory, "no-such-directory")),
      files.networkOf(lostAlive, path.join(files.directory, "no-such-directory")),
    ]);
    const { removed, left } = await reap({ env: files.env });
    assert.deepEqual(names(removed), ["lab-lost"]);
    assert.deepEqual(names(left), ["lab-busy"]);
    assert.deepEqual(await files.networkNames(), ["linkerd-topology-lab-busy"]);
  });

  test("finds the record of a run with another state directory by its network", async () => {
    const kept = { ...files.recordOf("lab-kept", gone), kept: "it failed" };
    const place = await files.begun(kept);
    await files.writeNetworks([files.networkOf(kept, place)]);
    files.env = { XDG_STATE_HOME: path.join(files.directory, "another") };
    const { removed, left } = await reap({ env: files.env });
    assert.deepEqual(names(removed), []);
    assert.match(left[0]?.why ?? "", /was kept/);
  });

  test("touches no network that isn't a run's: of a stack, or with labels that don't fit", async () => {
    const record = files.recordOf("lab-orphan", gone);
    await files.writeNetworks([
      { Id: "a", Name: "stack", Labels: { "dev.linkerd-topology.owner": "linkerd-topology/lab" } },
      files.networkOf(record, "", { "dev.linkerd-topology.owner": "somebody/else" }),
    ]);
    const { removed, left } = await reap({ env: files.env });
    assert.deepEqual([removed, left], [[], []]);
    assert.equal((await files.networkNames()).length, 2);
  });

  test("says what it can't read, and leaves it", async () => {
    const place = await files.begun(files.recordOf("lab-broken", gone));
    await writeFile(path.join(place, "run.json"), "{");
    const { removed, problems } = await reap({ env: files.env });
    assert.deepEqual(removed, []);
    assert.match(problems.join(), /record of the run in .*lab-broken can't be read/);
    assert.ok(await exists(place));
  });

  test("finishes a removal that was cut off before its last step", async () => {
    const place = await files.begun(files.recordOf("lab-nearly", gone));
    await rm(path.join(place, "linkerd-topology"), { recursive: true });
    await rm(path.join(place, "run.json"));
    const { problems } = await reap({ env: files.env });
    assert.deepEqual(problems, []);
    assert.deepEqual(await findRuns({ ...process.env, ...files.env }), []);
  });

  test("a record is written again as a whole", async () => {
    const record = files.recordOf("lab-working", alive);
    const place = await files.begun(record);
    await updateRecord(place, { ...record, kept: "because" });
    const [found] = await findRuns({ ...process.env, ...files.env });
    assert.deepEqual(found?.record, { ...record, kept: "because" });
  });
});
