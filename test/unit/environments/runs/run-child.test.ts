import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { exitCodeOf, startCommand } from "../../../../environments/runs/run-child.ts";

const env = { PATH: process.env["PATH"] ?? "" };

describe("the command of a run", () => {
  test("gives its exit code", async () => {
    assert.equal(await startCommand(["sh", "-c", "exit 7"], env).ended, 7);
    assert.equal(await startCommand(["true"], env).ended, 0);
  });

  test("gives 128 and the number of the signal that ended it", async () => {
    assert.equal(await startCommand(["sh", "-c", "kill -TERM $$"], env).ended, 143);
    assert.equal(exitCodeOf("SIGINT"), 130);
  });

  test("gives what shells give where it can't be run", async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), "run-child-test-"));
    try {
      const file = path.join(directory, "no-program");
      await writeFile(file, "", { mode: 0o600 });
      assert.equal(await startCommand([path.join(directory, "nothing")], env).ended, 127);
      assert.equal(await startCommand([file], env).ended, 126);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test("gets the signals that are passed on", async () => {
    const running = startCommand(["sleep", "60"], env);
    running.forward("SIGTERM");
    assert.equal(await running.ended, 143);
  });

  test("has no variables but those it was given", async () => {
    const script = `const own = Object.keys(process.env).filter((key) => !["PATH", "PWD"].includes(key));
      process.exit(own.length)`;
    assert.equal(await startCommand([process.execPath, "-e", script], env).ended, 0);
  });
});
