import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
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
});
