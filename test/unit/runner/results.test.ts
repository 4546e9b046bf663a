import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { slowestFirst } from "../../runner/figures.ts";
import { blocked, resultOf, runTests } from "../../runner/layers.ts";

describe("what comes of test files", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "results-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a file's source as a layer. It must not look like a part of this test's own run. */
  const run = async (source: string) => {
    const file = path.join(folder, "x.test.mjs");
    await writeFile(file, source);
    const program = `
      import { runTests } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../runner/layers.ts"))};
      console.log("\\n" + JSON.stringify(await runTests([${JSON.stringify(file)}], { concurrency: 1 })));`;
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"];
    const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", program], {
      env,
      extendEnv: false,
    });
    return JSON.parse(stdout.split("\n").at(-1) ?? "") as Awaited<ReturnType<typeof runTests>>;
  };

  test("is told test by test, with the time of each file and of its suites", async () => {
    const { parts, ...result } = await run(`
      import { describe, test } from "node:test";
      describe("a", () => { test("passes", () => {}); });
      describe("b", () => {
        test("fails", () => { throw new Error("so"); });
        test("waits", { skip: "no data" }, () => {});
      });`);
    assert.equal(result.passed, 1);
    assert.equal(result.failed.length, 1);
    assert.match(result.failed.join(), /^fails \(.*x\.test\.mjs\): so$/);
    assert.deepEqual(result.skipped, ["waits: no data"]);
    assert.equal(parts.length, 1);
    assert.deepEqual(
      parts[0]?.parts?.map(({ name }) => name),
      ["a", "b"],
    );
    for (const { milliseconds } of parts) assert.ok(milliseconds > 0);
  });

  test("is a failure where a file has no tests, which Node.js counts as one that passed", async () => {
    const { passed, failed } = await run("export {};");
    assert.equal(passed, 0);
    assert.match(failed.join(), /x\.test\.mjs.*the file has no tests/);
  });

  test("is a failure where nothing was run, or the runner ended badly", () => {
    assert.deepEqual(resultOf([], 0).failed, ["the runner: exit code 0 after 0 tests"]);
    const passed = { kind: "test", name: "x", file: "/x", outcome: "passed" } as const;
    assert.deepEqual(resultOf([passed], 0).failed, []);
    assert.deepEqual(resultOf([passed], 9).failed, ["the runner: exit code 9 after 1 tests"]);
  });

  test("is shown the slowest first, what is quick in one line", () => {
    const parts = [
      { name: "quick", milliseconds: 200 },
      { name: "slow", milliseconds: 2_000 },
      { name: "slower", milliseconds: 3_000, parts: [{ name: "in it", milliseconds: 2_900 }] },
      { name: "quick too", milliseconds: 300 },
    ];
    assert.deepEqual(
      slowestFirst(parts).map((line) => line.trim().replace(/ +/g, " ")),
      ["3.0 s slower", "2.9 s in it", "2.0 s slow", "0.5 s in 2 below 1.0 s"],
    );
  });
});

test("a layer whose tools can't be had fails in CI, and is skipped elsewhere", () => {
  assert.deepEqual(blocked("no Docker", true).failed, ["its tools can't be had: no Docker"]);
  const { failed, skipped } = blocked("no Docker", false);
  assert.deepEqual({ failed, skipped }, { failed: [], skipped: ["no Docker"] });
});
