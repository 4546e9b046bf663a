import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { removeAbandonedScratch, withScratch } from "../../../environments/scratch.ts";
import { formatIdentity, identify } from "../../../toolchain/process-identity.ts";
import { temporaryDirectory } from "../../temporary.ts";

describe("the directory for temporary files of a command", () => {
  let directory: string;
  const { TMPDIR } = process.env;
  before(async () => {
    directory = await temporaryDirectory("engine-test");
    process.env["TMPDIR"] = directory;
    assert.equal(os.tmpdir(), directory);
  });
  after(async () => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    await rm(directory, { recursive: true });
  });

  test("goes with the command, and stays while that runs", async () => {
    await withScratch({}, async (env) => {
      await removeAbandonedScratch();
      assert.deepEqual(await readdir(directory), [path.basename(env["TMPDIR"] ?? "")]);
    });
    assert.deepEqual(await readdir(directory), []);
  });

  test("of a killed command goes with the next one, that of another container's doesn't", async () => {
    const own = await identify(process.pid);
    assert.ok(own);
    const left = async (name: string, owner: typeof own): Promise<void> => {
      const place = path.join(directory, `linkerd-topology-run-${name}`);
      await mkdir(place);
      await writeFile(path.join(place, ".owner"), formatIdentity(owner));
    };
    await left("killed", { ...own, start: "1" });
    await left("elsewhere", { ...own, namespace: "pid:[1]", pid: 2 ** 22 + 1 });
    await removeAbandonedScratch();
    assert.deepEqual(await readdir(directory), ["linkerd-topology-run-elsewhere"]);
  });
});
