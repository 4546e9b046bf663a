import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Interrupt } from "../../../../environments/interrupt.ts";
import { poolOf } from "../../../../environments/runs/begin.ts";
import { findRuns, updateRecord } from "../../../../environments/runs/record.ts";
import type { RunRecord } from "../../../../environments/runs/record.ts";
import { withRun } from "../../../../environments/runs/session.ts";
import type { RunOptions } from "../../../../environments/runs/session.ts";
import type { RunMesh } from "../../../../environments/runs/run-mesh.ts";
import type { TopologySource } from "../../../../environments/topology-source.ts";
import { startNewCluster, webhooks } from "./new-cluster.ts";
import { RunDoubles } from "./run-doubles.ts";
import { RunFiles } from "./run-files.ts";

const lab: TopologySource = { topology: { name: "lab", clusters: [{ name: "west" }] } };

describe("runs with a pool", { timeout: 300_000 }, () => {
  let files: RunFiles;
  let doubles: RunDoubles;
  let sources = "";
  let log = "";

  before(async () => {
    files = await RunFiles.start();
    // Nobody asks a registry.
    sources = path.join(files.directory, "sources.json");
    await writeFile(sources, "{}");
  });
  after(() => files.stop());
  beforeEach(async () => {
    await files.clear();
    doubles = new RunDoubles(files);
    log = "";
  });
  afterEach(() => doubles.stop());

  async function run<T>(
    use: (mesh: RunMesh) => Promise<T>,
    options: RunOptions = {},
    source = lab,
  ): Promise<T> {
    return withRun(
      source,
      {
        pool: "4h",
        output: { terminal: false, write: (text) => void (log += text) },
        ...options,
        env: { ...files.env, LINKERD_TOPOLOGY_SOURCES: sources, ...options.env },
      },
      use,
      doubles,
    );
  }

  const nameOf = async (mesh: RunMesh): Promise<string> => Promise.resolve(mesh.name);

  async function records(): Promise<RunRecord[]> {
    const found = await findRuns({ ...process.env, ...files.env });
    return found.map(({ record }) => {
      assert.ok(typeof record === "object");
      return record;
    });
  }

  async function change(name: string, changes: Partial<RunRecord>): Promise<void> {
    const found = await findRuns({ ...process.env, ...files.env });
    for (const { directory, record } of found) {
      if (typeof record !== "object" || record.name !== name) continue;
      await updateRecord(directory, { ...record, ...changes });
    }
  }

  test("use the same mesh one after the other, as it was when it was new", async () => {
    const first = await run(async (mesh) => {
      const cluster = doubles.clusters.get(mesh.name);
      cluster?.put("/api/v1/namespaces", { metadata: { name: "shop" } });
      cluster?.put(webhooks, { metadata: { name: "theirs" } });
      return Promise.resolve(mesh.name);
    });
    assert.match(first, /^lab-/);
    const [between] = await records();
    assert.deepEqual(
      [between?.name, between?.pool?.taken, between?.expires],
      [first, false, between?.pool?.until],
    );
    assert.equal(
      Date.parse(between?.pool?.until ?? "") - Date.parse(between?.created ?? ""),
      4 * 3_600_000,
    );

    const second = await run(async (mesh) => {
      const cluster = doubles.clusters.get(mesh.name);
      assert.ok(cluster !== undefined);
      assert.equal(cluster.has("/api/v1/namespaces/shop"), false);
      assert.equal(cluster.has(`${webhooks}/theirs`), false);
      assert.ok(cluster.has("/api/v1/namespaces/linkerd"));
      const [record] = await records();
      assert.deepEqual([record?.pool?.taken, record?.owner], [true, files.alive]);
      return mesh.name;
    });
    assert.equal(second, first);
    assert.deepEqual(
      doubles.asked.map(({ refresh }) => refresh),
      [false, true],
    );
    // Another label would recreate the Docker network, and the clusters with it.
    assert.deepEqual(doubles.asked[1]?.labels, doubles.asked[0]?.labels);
    assert.deepEqual(doubles.verified, [first], "what was used before is verified");
  });

  test("that are there at the same time get a mesh each", async () => {
    const used: string[] = [];
    const both = async (mesh: RunMesh): Promise<string> => {
      used.push(mesh.name);
      while (used.length < 2) await sleep(20);
      return mesh.name;
    };
    const [one, other] = await Promise.all([run(both), run(both)]);
    assert.notEqual(one, other);
    const free = (await records()).filter(({ pool }) => pool?.taken === false);
    assert.deepEqual(free.map(({ name }) => name).sort(), [one, other].sort());
  });

  test("get a new mesh where the one that there is has become too old", async () => {
    const first = await run(nameOf);
    const [{ pool } = assert.fail()] = await records();
    assert.ok(pool !== undefined);
    const past = new Date(Date.now() - 1_000).toISOString();
    await change(first, { expires: past, pool: { ...pool, until: past } });
    assert.notEqual(await run(nameOf), first);
    assert.deepEqual(await files.networkNames(), [
      `linkerd-topology-${doubles.asked[1]?.name ?? ""}`,
    ]);
  });

  test("get the mesh of a run that was killed", async () => {
    const first = await run(nameOf);
    const [{ pool } = assert.fail()] = await records();
    assert.ok(pool !== undefined);
    await change(first, { owner: files.gone, kept: undefined, pool: { ...pool, taken: true } });
    assert.equal(await run(nameOf), first);
  });

  for (const what of ["up", "verify"] as const) {
    test(`get a new mesh where the old one fails in ${what}, and the old one is removed`, async () => {
      const first = await run(nameOf);
      doubles.broken[what].add(first);
      const second = await run(nameOf);
      assert.notEqual(second, first);
      assert.deepEqual(
        (await records()).map(({ name }) => name),
        [second],
      );
      assert.deepEqual(await files.networkNames(), [`linkerd-topology-${second}`]);
      assert.match(log, new RegExp(`${first} can't be used again, so a new mesh is made`));
    });
  }

  test("get a new mesh where nobody knows any more what the old one had", async () => {
    const first = await run(nameOf);
    const [{ directory } = assert.fail()] = await findRuns({ ...process.env, ...files.env });
    await writeFile(path.join(directory, "new-mesh.json"), "{");
    assert.notEqual(await run(nameOf), first);
  });

  test("share no mesh if their topologies, names, limits or images differ", async () => {
    const other = path.join(files.directory, "other.json");
    await writeFile(other, JSON.stringify({ nodeImage: "kindest/node:v1.30.0" }));
    const usual = {
      ...{ source: lab, age: 4 * 3_600_000, allowNoDataPlane: false },
      env: { LINKERD_TOPOLOGY_SOURCES: sources },
    };
    const another = { topology: { name: "lab", clusters: [{ name: "west", slot: 7 }] } };
    const requests = [
      usual,
      { ...usual, source: another },
      { ...usual, name: "other" },
      { ...usual, age: 3_600_000 },
      { ...usual, expiresIn: 3_600_000 },
      { ...usual, allowNoDataPlane: true },
      { ...usual, backend: "file:///elsewhere" },
      { ...usual, env: { LINKERD_TOPOLOGY_SOURCES: other } },
    ];
    const keys = await Promise.all(requests.map(async (one) => (await poolOf(one)).key));
    assert.equal(new Set(keys).size, requests.length);
    assert.equal((await poolOf(usual)).key, keys[0]);
  });

  test("leave the mesh of a run that failed in its pool, and keep it where that was asked for", async () => {
    const failing = async (): Promise<never> => Promise.reject(new Error("the tests failed"));
    await assert.rejects(run(failing), /the tests failed/);
    const [failed] = await records();
    assert.equal(failed?.pool?.taken, false);
    await assert.rejects(run(failing, { keepOnFailure: true }), /the tests failed/);
    const [kept] = await records();
    assert.deepEqual([kept?.name, kept?.kept], [failed.name, "the tests failed"]);
    assert.notEqual(await run(nameOf), failed.name);
  });

  test("tell nobody of a verification that failed on a mesh which is replaced", async () => {
    const first = await run(nameOf);
    doubles.broken.verify.add(first);
    const told: string[] = [];
    const second = await run(nameOf, {
      verify: true,
      onVerified: ({ proved }, mesh) => void told.push(`${(mesh as RunMesh).name} ${proved}`),
    });
    assert.deepEqual(told, [`${second} true`]);
  });

  test("have a mesh whose clusters can't be looked at, but leave it to nobody", async () => {
    doubles.also = async ({ stack }) => {
      const cluster = await startNewCluster();
      cluster.answers.set("/apis", { status: 500, body: {} });
      doubles.clusters.set(stack.name, cluster);
    };
    assert.match(await run(nameOf), /^lab-/);
    assert.match(log, /no later run will get lab-/);
    assert.deepEqual(await records(), []);
  });

  test("remove the mesh if they are interrupted, new or not", async () => {
    await run(nameOf);
    const interrupted = new AbortController();
    await assert.rejects(
      run(
        async () => {
          interrupted.abort(new Interrupt("SIGINT"));
          await sleep(60_000, undefined, { ref: false });
        },
        { signal: interrupted.signal },
      ),
      /interrupted by SIGINT/,
    );
    assert.deepEqual(await records(), []);
    assert.deepEqual(await files.networkNames(), []);
  });

  test("leave nothing of a mesh that never worked", async () => {
    doubles.also = () => Promise.reject(new Error("no room"));
    await assert.rejects(run(nameOf), /no room/);
    assert.deepEqual(await records(), []);
  });

  test("are refused with existing clusters, and with an age that is none, before anything exists", async () => {
    const kubeconfig = path.join(files.directory, "theirs");
    await writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: "c", cluster: { server: "https://example.com" } }],
        users: [{ name: "u", user: { token: "t" } }],
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
        "current-context": "c",
      }),
    );
    const theirs = { topology: { name: "lab", clusters: [{ name: "theirs", kubeconfig }] } };
    await assert.rejects(run(nameOf, {}, theirs), /a pool can't have the existing cluster theirs/);
    await assert.rejects(
      run(nameOf, { pool: "soon" }),
      /can't be kept for "soon": write the age as/,
    );
    await assert.rejects(run(nameOf, { pool: -1 }), /can't be kept for -1/);
    assert.deepEqual([await records(), doubles.asked], [[], []]);
  });

  test("without a pool neither take a mesh nor leave one", async () => {
    const first = await run(nameOf);
    const second = await run(nameOf, { pool: undefined });
    assert.notEqual(second, first);
    assert.deepEqual(
      (await records()).map(({ name }) => name),
      [first],
    );
  });
});
