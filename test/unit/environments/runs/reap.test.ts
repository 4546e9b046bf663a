import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { reap } from "../../../../environments/reap.ts";
import { runLabels } from "../../../../environments/runs/docker-traces.ts";
import { identify } from "../../../../toolchain/process-identity.ts";
import type { ProcessIdentity } from "../../../../toolchain/process-identity.ts";
import {
  beginRun,
  findRuns,
  runDirectory,
  updateRecord,
} from "../../../../environments/runs/record.ts";
import type { RunRecord } from "../../../../environments/runs/record.ts";
import { exists } from "../../../../toolchain/cache.ts";

/**
 * In place of Docker: knows the networks of a file, and takes out of it what is removed. `ps` lists
 * nothing: what happens to containers is a matter for real ones.
 */
const fakeDocker = `#!${process.execPath}
const fs = require("node:fs");
const file = process.env.FAKE_NETWORKS;
const networks = JSON.parse(fs.readFileSync(file, "utf8"));
const [command, action, ...rest] = process.argv.slice(2);
if (command === "network" && action === "ls") {
  const label = rest[rest.indexOf("--filter") + 1].slice("label=".length);
  for (const n of networks) if (label in n.Labels) console.log(JSON.stringify({ ID: n.Id }));
} else if (command === "network" && action === "inspect") {
  console.log(JSON.stringify(networks.filter((n) => rest.includes(n.Id))));
} else if (command === "network" && action === "rm" && process.env.FAKE_SLOW) {
  setTimeout(() => undefined, 3_000);
} else if (command === "network" && action === "rm") {
  fs.writeFileSync(file, JSON.stringify(networks.filter((n) => !rest.includes(n.Id))));
} else if (command !== "ps") {
  console.error("unexpected: " + process.argv.slice(2).join(" "));
  process.exit(1);
}
`;

describe("reap", () => {
  let directory = "";
  let env: Record<string, string> = {};
  let gone: ProcessIdentity;
  let alive: ProcessIdentity;
  const { PATH } = process.env;

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "reap-test-"));
    await mkdir(path.join(directory, "bin"));
    await writeFile(path.join(directory, "bin", "docker"), fakeDocker);
    await chmod(path.join(directory, "bin", "docker"), 0o755);
    process.env["PATH"] = `${path.join(directory, "bin")}:${PATH ?? ""}`;
    process.env["FAKE_NETWORKS"] = path.join(directory, "networks.json");
    alive = (await identify(process.pid)) as ProcessIdentity;
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    gone = (await identify(child.pid ?? 0)) as ProcessIdentity;
    child.kill();
    await once(child, "exit");
  });
  after(async () => {
    process.env["PATH"] = PATH;
    delete process.env["FAKE_NETWORKS"];
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    env = { XDG_STATE_HOME: await mkdtemp(path.join(directory, "state-")) };
    await writeNetworks([]);
  });

  async function writeNetworks(networks: readonly object[]): Promise<void> {
    await writeFile(path.join(directory, "networks.json"), JSON.stringify(networks));
  }

  async function networkNames(): Promise<string[]> {
    const text = await readFile(path.join(directory, "networks.json"), "utf8");
    return (JSON.parse(text) as { Name: string }[]).map(({ Name }) => Name);
  }

  function recordOf(name: string, owner: ProcessIdentity, inHours = 6): RunRecord {
    return {
      version: 1,
      name,
      project: "linkerd-topology",
      topology: "lab",
      owner,
      created: new Date().toISOString(),
      expires: new Date(Date.now() + inHours * 3_600_000).toISOString(),
      docker: true,
      engineRemoves: false,
    };
  }

  async function begun(record: RunRecord): Promise<string> {
    const place = runDirectory(record.name, env);
    await beginRun(place, record);
    await mkdir(path.join(place, "linkerd-topology", "backend"), { recursive: true });
    return place;
  }

  function networkOf(record: RunRecord, place: string, labels: object = {}): object {
    return {
      Id: `id-${record.name}`,
      Name: `linkerd-topology-${record.name}`,
      Labels: {
        "dev.linkerd-topology.owner": `linkerd-topology/${record.name}`,
        ...runLabels(record, place),
        ...labels,
      },
    };
  }

  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).sort();

  test("removes what is nobody's any more or has expired, with its network, and leaves the rest", async () => {
    const orphan = recordOf("lab-orphan", gone);
    const expired = recordOf("lab-expired", alive, -1);
    const kept = { ...recordOf("lab-kept", gone), kept: "it failed" };
    const working = recordOf("lab-working", alive);
    const elsewhere = recordOf("lab-elsewhere", { ...gone, host: "another" });
    const all = [orphan, expired, kept, working, elsewhere];
    const places = new Map<string, string>();
    for (const record of all) places.set(record.name, await begun(record));
    await writeNetworks(all.map((record) => networkOf(record, places.get(record.name) ?? "")));

    const dry = await reap({ env, dryRun: true });
    assert.deepEqual(names(dry.removed), ["lab-expired", "lab-orphan"]);
    assert.equal((await networkNames()).length, 5);

    const { removed, left, failed, problems } = await reap({ env });
    assert.deepEqual(names(removed), ["lab-expired", "lab-orphan"]);
    assert.deepEqual(names(left), ["lab-elsewhere", "lab-kept", "lab-working"]);
    assert.deepEqual([failed, problems], [[], []]);
    assert.deepEqual((await networkNames()).sort(), [
      "linkerd-topology-lab-elsewhere",
      "linkerd-topology-lab-kept",
      "linkerd-topology-lab-working",
    ]);
    for (const [name, place] of places) {
      assert.equal(await exists(place), names(left).includes(name), name);
    }
  });

  test("leaves the run that asks alone, which may expire while it begins", async () => {
    const asking = recordOf("lab-asking", alive, -1);
    const place = await begun(asking);
    await begun(recordOf("lab-expired", alive, -1));
    const { removed, left } = await reap({ env, except: asking.name });
    assert.deepEqual([names(removed), names(left)], [["lab-expired"], []]);
    assert.ok(await exists(place));
  });

  test("gives up a run that takes too long, says so, and can be interrupted", async () => {
    const orphan = recordOf("lab-orphan", gone);
    await writeNetworks([networkOf(orphan, await begun(orphan))]);
    process.env["FAKE_SLOW"] = "yes";
    try {
      const { removed, failed } = await reap({ env, limit: 800 });
      assert.deepEqual(names(removed), []);
      assert.match(failed[0]?.why ?? "", /not done within 0\.8 s/);

      const interrupted = new AbortController();
      const reaping = reap({ env, signal: interrupted.signal });
      setTimeout(() => interrupted.abort(new Error("Ctrl-C")), 800);
      await assert.rejects(reaping, /Ctrl-C/);
    } finally {
      delete process.env["FAKE_SLOW"];
    }
    assert.deepEqual(names((await reap({ env })).removed), ["lab-orphan"]);
  });

  test("nothing is left of the state directory when the last run is gone", async () => {
    await begun(recordOf("lab-orphan", gone));
    await reap({ env });
    assert.equal(await exists(path.join(env["XDG_STATE_HOME"] ?? "", "linkerd-topology")), false);
  });

  test("needs no Pulumi for a run that had not asked Pulumi for anything", async () => {
    const record = { ...recordOf("lab-early", gone), engineRemoves: true };
    const place = await begun({ ...record, backendUrl: "file:///there/is/no/such/backend" });
    const { removed, failed } = await reap({ env });
    assert.deepEqual([names(removed), failed], [["lab-early"], []]);
    assert.equal(await exists(place), false);
  });

  test("goes by Docker alone where the files are lost", async () => {
    const lost = recordOf("lab-lost", gone);
    const lostAlive = recordOf("lab-busy", alive);
    await writeNetworks([
      networkOf(lost, path.join(directory, "no-such-directory")),
      networkOf(lostAlive, path.join(directory, "no-such-directory")),
    ]);
    const { removed, left } = await reap({ env });
    assert.deepEqual(names(removed), ["lab-lost"]);
    assert.deepEqual(names(left), ["lab-busy"]);
    assert.deepEqual(await networkNames(), ["linkerd-topology-lab-busy"]);
  });

  test("finds the record of a run with another state directory by its network", async () => {
    const kept = { ...recordOf("lab-kept", gone), kept: "it failed" };
    const place = await begun(kept);
    await writeNetworks([networkOf(kept, place)]);
    env = { XDG_STATE_HOME: path.join(directory, "another") };
    const { removed, left } = await reap({ env });
    assert.deepEqual(names(removed), []);
    assert.match(left[0]?.why ?? "", /was kept/);
  });

  test("touches no network that isn't a run's: of a stack, or with labels that don't fit", async () => {
    const record = recordOf("lab-orphan", gone);
    await writeNetworks([
      { Id: "a", Name: "stack", Labels: { "dev.linkerd-topology.owner": "linkerd-topology/lab" } },
      networkOf(record, "", { "dev.linkerd-topology.owner": "somebody/else" }),
    ]);
    const { removed, left } = await reap({ env });
    assert.deepEqual([removed, left], [[], []]);
    assert.equal((await networkNames()).length, 2);
  });

  test("says what it can't read, and leaves it", async () => {
    const place = await begun(recordOf("lab-broken", gone));
    await writeFile(path.join(place, "run.json"), "{");
    const { removed, problems } = await reap({ env });
    assert.deepEqual(removed, []);
    assert.match(problems.join(), /record of the run in .*lab-broken can't be read/);
    assert.ok(await exists(place));
  });

  test("finishes a removal that was cut off before its last step", async () => {
    const place = await begun(recordOf("lab-nearly", gone));
    await rm(path.join(place, "linkerd-topology"), { recursive: true });
    await rm(path.join(place, "run.json"));
    const { problems } = await reap({ env });
    assert.deepEqual(problems, []);
    assert.deepEqual(await findRuns({ ...process.env, ...env }), []);
  });

  test("a record is written again as a whole", async () => {
    const record = recordOf("lab-working", alive);
    const place = await begun(record);
    await updateRecord(place, { ...record, kept: "because" });
    const [found] = await findRuns({ ...process.env, ...env });
    assert.deepEqual(found?.record, { ...record, kept: "because" });
  });
});
