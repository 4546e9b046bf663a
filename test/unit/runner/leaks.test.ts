import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import {
  findTraces,
  leaksBetween,
  leftBefore,
  removeOwnFiles,
  type Trace,
} from "../../runner/leaks.ts";

const textsOf = (traces: readonly Trace[]): string[] => traces.map(({ text }) => text).sort();

describe("the leak gate", () => {
  const temporary = process.env["TMPDIR"];
  let directory: string;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "leak-gate-"));
    process.env["TMPDIR"] = directory;
  });
  after(async () => {
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
    await rm(directory, { recursive: true, force: true });
  });
  const make = async (name: string): Promise<string> => {
    await writeFile(path.join(directory, name), "");
    return `file ${path.join(directory, name)}`;
  };

  test("tells what came during the tests, and nothing that was there before", async () => {
    const old = [await make("e2e-of-yesterday.log"), await make("kubeconfig1234")];
    const found = await findTraces();
    for (const trace of old) assert.ok(textsOf(found).includes(trace), trace);

    await make("notes.txt");
    const left = [await make("engine-test-x"), await make("kubeconfig5678")];
    assert.deepEqual(textsOf(leaksBetween(found, await findTraces())), left.sort());
  });

  test("tells what an earlier run left, how to remove it, and nothing that one at work has", async () => {
    const ended = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(ended, "exit");
    const [dead, alive] = [String(ended.pid), String(process.pid)];
    const left = [
      await make(`linkerd-topology-e2e-${dead}-Ab12`),
      await make(`e2e-access-${dead}.log`),
    ];
    const atWork = [
      await make(`linkerd-topology-e2e-${alive}-Ab12`),
      await make(`ktest-${alive}-west`),
    ];
    const found = await findTraces();
    const told = leftBefore(found).filter(({ text }) => text.includes(directory));
    assert.deepEqual(
      textsOf(told).filter((text) => text.includes(dead)),
      left.sort(),
    );
    for (const trace of atWork) assert.ok(textsOf(found).includes(trace), trace);
    for (const trace of atWork) assert.ok(!textsOf(told).includes(trace), trace);
    assert.ok(!textsOf(told).some((text) => text.includes("/kubeconfig")));
    assert.deepEqual(
      told.map(({ removal }) => removal),
      told.map(({ text }) => text.replace("file", "rm -r")),
    );
    // An e2e-... may be another project's.
    const [mayBeOthers = assert.fail(), own = assert.fail()] = left.sort();
    const kept = await removeOwnFiles(told.filter(({ text }) => left.includes(text)));
    assert.deepEqual(textsOf(kept), [mayBeOthers]);
    const afterwards = textsOf(await findTraces());
    assert.ok(afterwards.includes(mayBeOthers) && !afterwards.includes(own));
    for (const trace of atWork) assert.ok(afterwards.includes(trace), trace);
    // Whatever is new and has a maker at work is another run's.
    assert.deepEqual(
      leaksBetween([], found).filter(({ text }) => atWork.includes(text)),
      [],
    );
  });

  test("takes for its own no name that somebody else could have given", async () => {
    const others = [
      "e2e-access-1.log",
      "linkerd-topology-e2e-shop",
      "engine-test-x",
      "kubeconfig1",
    ];
    const texts = await Promise.all(others.map(make));
    const found = (await findTraces()).filter(({ text }) => texts.includes(text));
    assert.equal(found.length, others.length);
    assert.deepEqual(await removeOwnFiles(found), found);
  });

  test("tells of stacks, runs and kubeconfigs in the state directory", async () => {
    const before = process.env["XDG_STATE_HOME"];
    process.env["XDG_STATE_HOME"] = directory;
    try {
      const found = await findTraces();
      const state = path.join(directory, "linkerd-topology");
      const left = ["backend/e2e-x.json", "runs/e2e-y-abcdef/run.json", "e2e-z-east.kubeconfig"];
      for (const name of [...left, "backend/lab.json"]) {
        await mkdir(path.dirname(path.join(state, name)), { recursive: true });
        await writeFile(path.join(state, name), "");
      }
      assert.deepEqual(textsOf(leaksBetween(found, await findTraces())), [
        `file ${path.join(state, "backend/e2e-x.json")}`,
        `file ${path.join(state, "e2e-z-east.kubeconfig")}`,
        `file ${path.join(state, "runs/e2e-y-abcdef")}`,
      ]);
    } finally {
      if (before === undefined) delete process.env["XDG_STATE_HOME"];
      else process.env["XDG_STATE_HOME"] = before;
    }
  });

  const withProc = process.platform === "linux" ? {} : { skip: "there is no /proc" };
  test("tells of processes of runs, and of their guardians", withProc, async () => {
    const sleeper = ["-e", "process.stdin.resume()"];
    const member = spawn(process.execPath, sleeper, {
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, LINKERD_TOPOLOGY_RUN: "e2e-member-abcdef" },
    });
    const stranger = spawn(process.execPath, sleeper, {
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, LINKERD_TOPOLOGY_RUN: "somebodys-abcdef" },
    });
    const guardian = spawn(
      process.execPath,
      [...sleeper, "/somewhere/guardian.ts", "/somewhere/runs/e2e-guarded-abcdef"],
      { stdio: ["pipe", "ignore", "ignore"] },
    );
    const all = [member, stranger, guardian];
    try {
      await Promise.all(all.map((child) => once(child, "spawn")));
      const found = textsOf(await findTraces()).filter((trace) => trace.startsWith("process "));
      assert.ok(found.includes(`process ${String(member.pid)} of the run e2e-member-abcdef`));
      assert.ok(found.includes(`process ${String(guardian.pid)} of the run e2e-guarded-abcdef`));
      assert.ok(!found.some((trace) => trace.includes("somebodys")));
    } finally {
      for (const child of all) child.stdin.end();
      await Promise.all(all.map((child) => once(child, "exit")));
    }
  });
});
