import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Guard } from "../../../../environments/runs/guard.ts";
import {
  killProcesses,
  processesOf,
  runVariable,
} from "../../../../environments/runs/processes.ts";
import { identify } from "../../../../toolchain/process-identity.ts";
import { beginRun, readRecord, runDirectory } from "../../../../environments/runs/record.ts";
import { isRunning } from "../../../../toolchain/is-running.ts";

describe("what watches over a run", { timeout: 120_000 }, () => {
  let state = "";
  let directory = "";
  let name = "";
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    state = await mkdtemp(path.join(os.tmpdir(), "guard-test-"));
    name = `guard-test-${path.basename(state).slice(-6).toLowerCase()}`;
    directory = runDirectory(name, { XDG_STATE_HOME: state });
    const owner = await identify(process.pid);
    assert.ok(owner !== undefined);
    await beginRun(directory, {
      version: 1,
      name,
      project: "linkerd-topology",
      topology: "lab",
      owner,
      created: new Date().toISOString(),
      expires: new Date(Date.now() + 3_600_000).toISOString(),
      // Nothing of it is in Docker: this is about processes and files.
      docker: false,
      engineRemoves: false,
    });
    await writeFile(path.join(directory, "kubeconfig"), "secret");
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await killProcesses(name);
    await rm(state, { recursive: true, force: true });
  });

  /** A process of the run that has left its parent, its group and its session behind. */
  async function startStray(): Promise<number> {
    const env = { ...process.env, [runVariable]: name };
    const child = spawn("sh", ["-c", "setsid sh -c 'sleep 300' >/dev/null 2>&1 & echo $!"], {
      env,
    });
    const [data] = (await once(child.stdout, "data")) as [Buffer];
    await once(child, "exit");
    return Number(data.toString());
  }

  async function until(what: string, is: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await is())) {
      assert.ok(performance.now() < deadline, what);
      await sleep(50);
    }
  }

  const gone = async (): Promise<boolean> => (await readRecord(directory)) === "missing";

  test("finds every process of the run, whoever its parent is, and no other", async () => {
    const stray = await startStray();
    const other = spawn("sleep", ["300"], { env: { ...process.env, [runVariable]: `${name}x` } });
    children.push(other);
    assert.ok((await processesOf(name)).some(({ pid }) => pid === stray));
    assert.equal(await killProcesses(name), true);
    assert.deepEqual(await processesOf(name), []);
    assert.ok(isRunning(other.pid ?? 0));
  });

  // While a process executes a program, its variables read as empty.
  test("finds a process at any moment of its starting another program", async () => {
    const script = path.join(directory, "again");
    await writeFile(script, `#!/bin/sh\nexec ${script}\n`, { mode: 0o755 });
    const restless = spawn(script, { env: { ...process.env, [runVariable]: name } });
    children.push(restless);
    await once(restless, "spawn");
    for (let looks = 0; looks < 50; looks++) {
      const pids = (await processesOf(name)).map(({ pid }) => pid);
      assert.deepEqual(pids, [restless.pid]);
    }
  });

  test("asks processes to end before it kills them", async () => {
    const file = path.join(directory, "ended");
    const env = { ...process.env, [runVariable]: name };
    const polite = spawn(
      "sh",
      ["-c", `trap 'echo ended > ${file}; exit' TERM; echo up; while :; do sleep 0.1; done`],
      { env },
    );
    const deaf = spawn("sh", ["-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"], { env });
    children.push(polite, deaf);
    await Promise.all([once(polite.stdout, "data"), once(deaf.stdout, "data")]);
    assert.equal(await killProcesses(name), true);
    assert.equal(await readFile(file, "utf8"), "ended\n");
    assert.deepEqual(await processesOf(name), []);
  });

  test("takes processes and files away when it is told to", async () => {
    await startStray();
    const guard = new Guard(directory, process.env, () => undefined);
    await guard.takeDown();
    assert.deepEqual(await processesOf(name), []);
    assert.ok(await gone());
    assert.equal(isRunning(guard.pid ?? 0), false);
  });

  test("leaves everything when it is told to", async () => {
    const guard = new Guard(directory, process.env, () => undefined);
    await guard.keep();
    assert.equal(await readFile(path.join(directory, "kubeconfig"), "utf8"), "secret");
    assert.equal(isRunning(guard.pid ?? 0), false);
  });

  test("takes everything away when its owner is killed", async () => {
    await startStray();
    const owner = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        path.join(import.meta.dirname, "guard-owner.ts"),
        directory,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    children.push(owner);
    await once(owner.stdout, "data");
    assert.equal(await gone(), false);
    owner.kill("SIGKILL");
    await until("the guardian to take the run away", gone);
    assert.deepEqual(await processesOf(name), []);
  });

  test("is there again when it was killed", async () => {
    const guard = new Guard(directory, process.env, () => undefined);
    const first = guard.pid ?? 0;
    process.kill(first, "SIGKILL");
    await until("another guardian", () => guard.pid !== first);
    assert.equal(await gone(), false);
    await guard.takeDown();
    assert.ok(await gone());
  });

  test("is none of the run's own processes, nor one that a CI system ends with the job", async () => {
    const env = { ...process.env, [runVariable]: "outer-run", RUNNER_TRACKING_ID: "github_1" };
    const guard = new Guard(directory, env, () => undefined);
    const own = async (): Promise<string[]> =>
      (await readFile(`/proc/${guard.pid ?? 0}/environ`, "utf8")).split("\0");
    await until("its environment", async () => (await own()).includes("RUNNER_TRACKING_ID=0"));
    assert.ok(!(await own()).some((variable) => variable.startsWith(`${runVariable}=`)));
    await guard.takeDown();
  });
});
