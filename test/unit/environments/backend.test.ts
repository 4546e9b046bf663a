import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import {
  chooseBackend,
  forgetStack,
  localBackend,
  localStacks,
  prepareBackend,
} from "../../../environments/backend.ts";
import { clearStaleLocks, withStackLock } from "../../../environments/interrupted.ts";

describe("the backend", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), "backend-test-"));
  });
  after(async () => {
    await rm(home, { recursive: true });
  });

  test("is the person's own where they have one", () => {
    const env = { PULUMI_HOME: path.join(home, "nowhere"), XDG_STATE_HOME: home };
    const types = [
      chooseBackend({ ...env, PULUMI_BACKEND_URL: "s3://states" }),
      chooseBackend({ ...env, PULUMI_ACCESS_TOKEN: "pul-1" }),
      chooseBackend(env),
    ];
    assert.deepEqual(
      types.map(({ type }) => type),
      ["person", "person", "local"],
    );
  });

  test("is the one that they are logged in to", async () => {
    await writeFile(path.join(home, "credentials.json"), '{"current":"https://api.pulumi.com"}');
    const backend = chooseBackend({ PULUMI_HOME: home, XDG_STATE_HOME: home });
    assert.equal(backend.type, "person");
    assert.equal(backend.env["PULUMI_CREDENTIALS_PATH"], home);
  });

  test("is nobody's guess where the file that tells it can't be read", async () => {
    const spoil: Readonly<Record<string, (file: string) => unknown>> = {
      "it is a pipe, not a file": (file) => execFileSync("mkfifo", [file]),
      "it is a directory, not a file": (file) => mkdir(file),
      "its symbolic links lead in a circle": (file) => symlink(file, file),
      "it is not JSON": (file) => writeFile(file, '{"current":"s3://sta'),
    };
    for (const [reason, make] of Object.entries(spoil)) {
      const directory = await mkdtemp(path.join(home, "login-"));
      const file = path.join(directory, "credentials.json");
      await make(file);
      const env = { PULUMI_HOME: directory, XDG_STATE_HOME: home };
      assert.throws(
        () => chooseBackend(env),
        (error: Error) => {
          assert.ok(error.message.startsWith(`${file} can't be read: ${reason}`), error.message);
          assert.match(error.message, /pulumi login.*PULUMI_BACKEND_URL/s);
          return true;
        },
      );
      assert.equal(chooseBackend({ ...env, PULUMI_BACKEND_URL: "s3://x" }).type, "person");
    }
  });

  test("is our own where they are logged in to none", async () => {
    for (const text of ["{}", "null", '{"current":""}']) {
      const directory = await mkdtemp(path.join(home, "login-"));
      await writeFile(path.join(directory, "credentials.json"), text);
      assert.equal(chooseBackend({ PULUMI_HOME: directory }).type, "local", text);
    }
  });

  test("of our own keeps its passphrase to itself, and one passphrase only", async () => {
    const state = path.join(home, "linkerd-topology");
    const backend = localBackend(state);
    await Promise.all([prepareBackend(backend), prepareBackend(backend)]);
    const file = backend.env["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
    const passphrase = await readFile(file, "utf8");
    assert.ok(passphrase.length >= 40);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(state)).mode & 0o777, 0o700);
    await prepareBackend(backend);
    assert.equal(await readFile(file, "utf8"), passphrase);
  });

  test("of our own goes with its last stack", async () => {
    const state = path.join(home, "gone");
    const backend = localBackend(state);
    await prepareBackend(backend);
    const stacks = path.join(state, "backend", ".pulumi", "stacks", "project");
    await mkdir(stacks, { recursive: true });
    await writeFile(path.join(stacks, "one.json"), "{}");
    await writeFile(path.join(stacks, "one.json.bak"), "{}");
    assert.deepEqual(await localStacks(backend, "project"), ["one"]);
    await forgetStack(backend, "project", "two");
    assert.ok((await stat(state)).isDirectory());
    await rm(path.join(stacks, "one.json"));
    await forgetStack(backend, "project", "one");
    await assert.rejects(stat(state));
  });
});

describe("locks on a stack", () => {
  let state: string;
  let locks: string;
  before(async () => {
    state = await mkdtemp(path.join(os.tmpdir(), "backend-test-"));
    locks = path.join(state, "backend", ".pulumi", "locks", "organization", "project", "lab");
    await mkdir(locks, { recursive: true });
  });
  after(async () => {
    await rm(state, { recursive: true });
  });
  const lock = (pid: number, hostname = os.hostname()): string =>
    JSON.stringify({ pid, username: "me", hostname, timestamp: "2026-01-01T00:00:00Z" });

  test("of dead processes are removed, broken ones as well", async () => {
    await writeFile(path.join(locks, "dead.json"), lock(2 ** 22 + 1));
    await writeFile(path.join(locks, "broken.json"), "");
    await clearStaleLocks(localBackend(state), "project", "lab");
    await assert.rejects(stat(path.join(locks, "dead.json")));
    await assert.rejects(stat(path.join(locks, "broken.json")));
  });

  test("of a process that is no Pulumi any more are removed", async () => {
    await writeFile(path.join(locks, "reused.json"), lock(process.pid));
    await clearStaleLocks(localBackend(state), "project", "lab");
    await assert.rejects(stat(path.join(locks, "reused.json")));
  });

  test("of an engine that nothing is known of are respected, whatever its host and number", async () => {
    const foreign = path.join(locks, "foreign.json");
    // In another container with this host name: the number means nothing here.
    await writeFile(foreign, lock(2 ** 22 + 1));
    await assert.rejects(
      withStackLock(localBackend(state), "project", "lab", () => Promise.resolve()),
      /Pulumi itself is working on the stack "lab" \(process \d+ on .*, or was killed at it: .*foreign\.json/,
    );
    await rm(foreign);
  });

  test("that a command's own engine left are removed by that command, or by the next one", async () => {
    const left = path.join(locks, "left.json");
    await withStackLock(localBackend(state), "project", "lab", () =>
      writeFile(left, lock(2 ** 22 + 1)),
    );
    await assert.rejects(stat(left));
    // It was killed with its engine.
    await writeFile(left, lock(2 ** 22 + 1));
    await writeFile(path.join(state, "locks", "lab", "engine"), "");
    assert.equal(
      await withStackLock(localBackend(state), "project", "lab", () => Promise.resolve("done")),
      "done",
    );
    await assert.rejects(stat(left));
  });

  test("another command is refused, which may be in another container", async () => {
    await withStackLock(localBackend(state), "project", "lab", async () => {
      await assert.rejects(
        withStackLock(localBackend(state), "project", "lab", () => Promise.resolve()),
        /another command is working on the stack "lab" \(process \d+ on/,
      );
    });
  });
});
