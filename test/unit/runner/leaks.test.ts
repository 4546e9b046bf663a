import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { findTraces, leaksBetween } from "../../runner/leaks.ts";

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
    for (const trace of old) assert.ok(found.includes(trace), trace);

    await make("notes.txt");
    const left = [await make("engine-test-x"), await make("kubeconfig5678")];
    assert.deepEqual(leaksBetween(found, await findTraces()).sort(), left.sort());
  });

  test("tells of stacks, runs and kubeconfigs in the state directory", async () => {
    const before = process.env["XDG_STATE_HOME"];
    process.env["XDG_STATE_HOME"] = directory;
    try {
      const found = await findTraces();
      const state = path.join(directory, "linkerd-topology");
      const left = ["backend/e2e-x-1.json", "runs/e2e-y-abcdef/run.json", "e2e-z-east.kubeconfig"];
      for (const name of [...left, "backend/lab.json"]) {
        await mkdir(path.dirname(path.join(state, name)), { recursive: true });
        await writeFile(path.join(state, name), "");
      }
      assert.deepEqual(leaksBetween(found, await findTraces()).sort(), [
        `file ${path.join(state, "backend/e2e-x-1.json")}`,
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
      const found = (await findTraces()).filter((trace) => trace.startsWith("process "));
      assert.ok(found.includes(`process ${String(member.pid)} of the run e2e-member-abcdef`));
      assert.ok(found.includes(`process ${String(guardian.pid)} of the run e2e-guarded-abcdef`));
      assert.ok(!found.some((trace) => trace.includes("somebodys")));
    } finally {
      for (const child of all) child.stdin.end();
      await Promise.all(all.map((child) => once(child, "exit")));
    }
  });
});
