import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { listRuns, reap, removeRun } from "../../../../environments/reap.ts";
import { putBack, takeFromPool, takeOutOfPool } from "../../../../environments/runs/pool.ts";
import { Guard } from "../../../../environments/runs/guard.ts";
import {
  killProcesses,
  processesOf,
  runVariable,
} from "../../../../environments/runs/processes.ts";
import { takeDown } from "../../../../environments/runs/take-down.ts";
import { readRecord, updateRecord } from "../../../../environments/runs/record.ts";
import type { RunRecord } from "../../../../environments/runs/record.ts";
import { exists } from "../../../../toolchain/cache.ts";
import { isRunning } from "../../../../toolchain/is-running.ts";
import { identify } from "../../../../toolchain/process-identity.ts";
import type { ProcessIdentity } from "../../../../toolchain/process-identity.ts";
import { RunFiles } from "./run-files.ts";

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe("a pool of meshes", { timeout: 240_000 }, () => {
  let files: RunFiles;
  const children: ChildProcess[] = [];

  before(async () => {
    files = await RunFiles.start();
  });
  after(() => files.stop());
  beforeEach(() => files.clear());
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await killProcesses("lab-pooled");
  });

  /** A mesh of the pool `two`, free unless said otherwise. */
  async function pooled(
    name: string,
    changes: Partial<RunRecord> & { readonly taken?: boolean; readonly key?: string } = {},
  ): Promise<{ readonly place: string; readonly record: RunRecord }> {
    const { taken = false, key = "two", ...others } = changes;
    const until = inHours(4);
    const record: RunRecord = {
      ...files.recordOf(name, files.gone),
      expires: until,
      kept: taken ? undefined : "for the next run of its pool",
      pool: { key, taken, since: inHours(0), until, labels: {} },
      ...others,
    };
    return { record, place: await files.begun(record) };
  }

  async function withNetworks(
    ...runs: readonly Awaited<ReturnType<typeof pooled>>[]
  ): Promise<void> {
    await files.writeNetworks(runs.map(({ record, place }) => files.networkOf(record, place)));
  }

  const take = async (key = "two") =>
    takeFromPool({ key, expiresIn: 3_600_000, env: { ...process.env, ...files.env } });

  async function recordIn(place: string): Promise<RunRecord> {
    const record = await readRecord(place);
    assert.ok(typeof record === "object", `the record is ${JSON.stringify(record)}`);
    return record;
  }

  test("gives its newest free mesh, for as long as a run may last", async () => {
    const older = await pooled("lab-older", { created: inHours(-2) });
    const newer = await pooled("lab-newer", { created: inHours(-1) });
    const other = await pooled("lab-other", { created: inHours(0), key: "three" });
    await withNetworks(older, newer, other);
    const taken = await take();
    assert.equal(taken?.record.name, "lab-newer");
    assert.deepEqual(await recordIn(newer.place), taken.record);
    const { owner, kept, expires, pool } = taken.record;
    assert.deepEqual([owner, kept, pool?.taken], [files.alive, undefined, true]);
    assert.ok(Date.parse(expires) - Date.now() <= 3_600_000, "no longer than asked for");
    assert.equal((await take())?.record.name, "lab-older");
    assert.equal(await take(), undefined, "both are taken by this process, which lives");
  });

  test("gives a mesh to one of many that ask at once", async () => {
    await withNetworks(await pooled("lab-one"), await pooled("lab-two"));
    const got = await Promise.all(Array.from({ length: 6 }, () => take()));
    const names = got.flatMap((one) => one?.record.name ?? []);
    assert.deepEqual(names.sort(), ["lab-one", "lab-two"]);
  });

  test("gives a mesh again whose run was killed, without the processes of that run", async () => {
    const run = await pooled("lab-pooled", { taken: true });
    await withNetworks(run);
    const stray = spawn("sleep", ["300"], { env: { ...process.env, [runVariable]: "lab-pooled" } });
    children.push(stray);
    await once(stray, "spawn");
    const { left, removed } = await reap({ env: files.env });
    assert.deepEqual(removed, []);
    assert.match(left[0]?.why ?? "", /is gone, and it is free in its pool until/);
    assert.equal((await take())?.record.name, "lab-pooled");
    assert.deepEqual(await processesOf("lab-pooled"), []);
  });

  const notFree: readonly {
    readonly title: string;
    readonly changes: Parameters<typeof pooled>[1];
    readonly break?: (place: string) => Promise<void>;
  }[] = [
    {
      title: "is too old",
      changes: {
        pool: { key: "two", taken: false, since: inHours(-1), until: inHours(-0.1), labels: {} },
      },
    },
    { title: "has expired", changes: { expires: inHours(-0.1) } },
    { title: "was kept because its run failed", changes: { taken: true, kept: "it failed" } },
    {
      title: "has a record that can't be read",
      changes: {},
      break: (place) => writeFile(path.join(place, "run.json"), "{"),
    },
  ];
  for (const { title, changes, break: damage } of notFree) {
    test(`doesn't give a mesh that ${title}`, async () => {
      const run = await pooled("lab-pooled", changes);
      await withNetworks(run);
      await damage?.(run.place);
      assert.equal(await take(), undefined);
    });
  }

  test("doesn't give a mesh whose run may live where this process can't see it", async () => {
    await withNetworks(
      await pooled("lab-pooled", { taken: true, owner: { ...files.gone, host: "another" } }),
    );
    assert.equal(await take(), undefined);
  });

  test("doesn't give a mesh that is not in this Docker", async () => {
    await pooled("lab-pooled");
    assert.equal(await take(), undefined);
  });

  test("gets a mesh back from the run that has it, and from no other", async () => {
    const run = await pooled("lab-pooled", { taken: true, owner: files.alive });
    await withNetworks(run);
    const stray = spawn("sleep", ["300"], { env: { ...process.env, [runVariable]: "lab-pooled" } });
    children.push(stray);
    await once(stray, "spawn");
    assert.equal(await putBack(run.place, files.gone), undefined);
    assert.ok(isRunning(stray.pid ?? 0), "another's processes live on");
    const back = await putBack(run.place, files.alive);
    assert.deepEqual(await processesOf("lab-pooled"), []);
    assert.deepEqual([back?.pool?.taken, back?.expires], [false, run.record.pool?.until]);
    assert.equal(await putBack(run.place, files.alive), undefined, "it is free already");
  });

  test("doesn't get back a mesh that is too old by now", async () => {
    const run = await pooled("lab-pooled", {
      ...{ owner: files.alive, kept: undefined },
      pool: { key: "two", taken: true, since: inHours(-1), until: inHours(-0.1), labels: {} },
    });
    assert.equal(await putBack(run.place, files.alive), undefined);
  });

  test("keeps a free mesh from reap until its age, and not longer", async () => {
    const young = await pooled("lab-young");
    const old = await pooled("lab-old", {
      expires: inHours(-0.1),
      pool: { key: "two", taken: false, since: inHours(-1), until: inHours(-0.1), labels: {} },
    });
    await withNetworks(young, old);
    const { removed, left } = await reap({ env: files.env });
    assert.deepEqual(
      [removed.map(({ name }) => name), left.map(({ name }) => name)],
      [["lab-old"], ["lab-young"]],
    );
    assert.equal(await exists(old.place), false);
    assert.deepEqual(await files.networkNames(), ["linkerd-topology-lab-young"]);
  });

  test("a mesh is not removed that was taken after somebody had judged it", async () => {
    const run = await pooled("lab-pooled");
    await withNetworks(run);
    const taken = await take();
    const judged = { ...run.record, record: run.record, directory: run.place };
    await assert.rejects(
      takeDown(judged, () => undefined),
      /has just taken it from its pool/,
    );
    assert.deepEqual(await files.networkNames(), ["linkerd-topology-lab-pooled"]);
    assert.deepEqual(await recordIn(run.place), taken?.record);
  });

  test("a mesh that is being removed is nobody's any more, even if that is cut off", async () => {
    const run = await pooled("lab-pooled");
    await withNetworks(run);
    await takeOutOfPool(run.place, run.record);
    assert.equal(await take(), undefined);
    // Who removes it as well finds it so.
    await takeOutOfPool(run.place, run.record);
    const { removed } = await reap({ env: files.env });
    assert.deepEqual(
      removed.map(({ name }) => name),
      ["lab-pooled"],
    );
  });

  test("a person may remove a free mesh by its name, and sees which are free", async () => {
    const free = await pooled("lab-free");
    const taken = await pooled("lab-taken", { taken: true, owner: files.alive });
    await withNetworks(free, taken);
    const runs = await listRuns({ env: files.env });
    assert.deepEqual(
      runs.map(({ name, pool, expires }) => [name, pool, expires]),
      [
        ["lab-free", "free", free.record.expires],
        ["lab-taken", "taken", taken.record.expires],
      ],
    );
    assert.equal(await removeRun("lab-free", { env: files.env }), true);
    assert.equal(await exists(free.place), false);
  });

  describe("and the guardian of its meshes", () => {
    /** Somebody in a process of their own who has the mesh, with its guardian. */
    async function startOwner(place: string): Promise<{
      readonly child: ChildProcess;
      readonly identity: ProcessIdentity;
      readonly guardian: number;
    }> {
      const child = spawn(
        process.execPath,
        [
          "--disable-warning=ExperimentalWarning",
          path.join(import.meta.dirname, "guard-owner.ts"),
          place,
        ],
        { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...files.env } },
      );
      children.push(child);
      const identity = await identify(child.pid ?? 0);
      assert.ok(identity !== undefined);
      const record = await recordIn(place);
      await updateRecord(place, { ...record, owner: identity });
      const [data] = (await once(child.stdout, "data")) as [Buffer];
      return { child, identity, guardian: Number(data.toString()) };
    }

    async function until(what: string, is: () => Promise<boolean> | boolean): Promise<void> {
      const deadline = performance.now() + 60_000;
      while (!(await is())) {
        assert.ok(performance.now() < deadline, what);
        await sleep(50);
      }
    }

    test("puts a mesh back when its run is killed, and ends once it is taken", async () => {
      const run = await pooled("lab-pooled", { taken: true });
      await withNetworks(run);
      const { child, guardian } = await startOwner(run.place);
      child.kill("SIGKILL");
      await until("the mesh to be free", async () => !(await recordIn(run.place)).pool?.taken);
      await sleep(1_000);
      assert.ok(isRunning(guardian), "it looks after the free mesh");
      assert.equal((await take())?.record.name, "lab-pooled");
      await until("the end of the guardian", () => !isRunning(guardian));
      assert.equal((await recordIn(run.place)).pool?.taken, true);
    });

    test("takes a mesh away when its run is killed that was not proved yet", async () => {
      const record = files.recordOf("lab-pooled", files.gone);
      const place = await files.begun(record);
      await files.writeNetworks([files.networkOf(record, place)]);
      const { child } = await startOwner(place);
      child.kill("SIGKILL");
      await until("the end of the run", async () => !(await exists(place)));
      assert.deepEqual(await files.networkNames(), []);
    });

    test("removes a free mesh at its age, and not before", async () => {
      const soon = new Date(Date.now() + 9_000).toISOString();
      const run = await pooled("lab-pooled", {
        ...{ owner: files.alive, kept: undefined },
        pool: { key: "two", taken: true, since: inHours(0), until: soon, labels: {} },
      });
      await withNetworks(run);
      const guard = new Guard(run.place, process.env, () => undefined);
      assert.ok((await putBack(run.place, files.alive)) !== undefined);
      await guard.leaveInPool();
      await until("the end of the mesh", async () => {
        if (await exists(run.place)) return false;
        assert.ok(Date.now() >= Date.parse(soon), "it went too early");
        return true;
      });
      assert.deepEqual(await files.networkNames(), []);
      await until("the end of the guardian", () => !isRunning(guard.pid ?? 0));
    });

    test("leaves a mesh alone whose record can't be read", async () => {
      const run = await pooled("lab-pooled", { taken: true });
      await withNetworks(run);
      const { child, guardian } = await startOwner(run.place);
      await writeFile(path.join(run.place, "run.json"), "{");
      child.kill("SIGKILL");
      await until("the end of the guardian", () => !isRunning(guardian));
      assert.deepEqual(await files.networkNames(), ["linkerd-topology-lab-pooled"]);
      assert.equal(await readRecord(run.place), "unreadable");
    });
  });
});
