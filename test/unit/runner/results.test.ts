import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { shortened, writeFailures } from "../../runner/failures.ts";
import { slowestFirst } from "../../runner/figures.ts";
import { blocked, resultOf, together } from "../../runner/layers.ts";
import { runSource } from "./run-source.ts";

describe("what comes of test files", () => {
  test("is told test by test, with the time of each file and of its suites", async () => {
    const { parts, ...result } = await runSource(`
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
    const { passed, failed } = await runSource("export {};");
    assert.equal(passed, 0);
    assert.match(failed.join(), /x\.test\.mjs.*the file has no tests/);
  });

  test("tells of a suite that is skipped as a whole, with the reason", async () => {
    const source = `
      import { describe, test } from "node:test";
      describe("a", { skip: "no data" }, () => { test("passes", () => {}); });`;
    for (const shareProcesses of [false, true]) {
      const { failed, skipped } = await runSource(source, { shareProcesses });
      assert.deepEqual([failed, skipped], [[], ["a: no data"]]);
    }
  });

  test("is told file by file where several share a process", async () => {
    const { parts, ...result } = await runSource(
      `import { beforeEach, describe, test } from "node:test";
       beforeEach(() => { if (process.env.BROKEN) throw new Error("no"); });
       describe("a", () => { describe("in it", () => { test("passes", () => {}); }); });
       describe("b", () => { test("fails", () => { throw new Error("so"); }); });`,
      { shareProcesses: true },
    );
    assert.equal(result.passed, 1);
    assert.match(result.failed.join(), /^fails \(.*x\.test\.mjs\): so$/);
    assert.match(parts.map(({ name }) => name).join(), /^[^,]*x\.test\.mjs$/);
    assert.deepEqual(
      parts[0]?.parts?.map(({ name }) => name),
      ["a", "b"],
    );
    const empty = await runSource("export {};", { shareProcesses: true });
    assert.match(empty.failed.join(), /^[^,]*x\.test\.mjs.*the file has no tests$/);
    const broken = await runSource("throw new Error('no module');", { shareProcesses: true });
    assert.match(broken.failed.join(), /^[^,]*x\.test\.mjs\): no module$/);
  });

  test("is a failure where a file leaves its process changed for others", async () => {
    const { failed } = await runSource(
      `import { test } from "node:test";
       test("passes", () => { process.env.LEFT = "secret"; });`,
      { shareProcesses: true },
    );
    assert.match(failed.join(), /^[^,]*x\.test\.mjs.*leaves this changed.*'LEFT'/s);
    assert.doesNotMatch(failed.join(), /secret/);
  });

  test("is a failure where nothing was run, or the runner ended badly", () => {
    assert.deepEqual(resultOf([], 0).failed, ["the runner: exit code 0 after 0 tests"]);
    const passed = { kind: "test", name: "x", file: "/x", outcome: "passed" } as const;
    assert.deepEqual(resultOf([passed], 0).failed, []);
    assert.deepEqual(resultOf([passed], 9).failed, ["the runner: exit code 9 after 1 tests"]);
  });

  test("tells what failed from what could not be run because of it", async () => {
    const { passed, failed, notRun, skipped } = await runSource(`
      import { before, describe, test } from "node:test";
      describe("broken", () => {
        before(() => { throw new Error("no clusters"); });
        test("first", () => {});
        describe("inner", () => { test("second", () => {}); });
      });
      describe("slow", { timeout: 500 }, () => {
        test("quick", () => {});
        test("hangs", () => new Promise((resolve) => setTimeout(resolve, 2000)));
        test("later", () => {});
      });
      describe("fine", () => { test("passes", () => {}); });`);
    const names = (all: readonly string[] = []) =>
      all.map((text) => text.replace(/ \(.*x\.test\.mjs\)/, ""));
    assert.equal(passed, 2);
    assert.deepEqual(names(failed), [
      "broken: no clusters",
      "hangs: its suite ended while it ran",
      "slow: test timed out after 500ms",
    ]);
    assert.deepEqual(
      names(notRun),
      ["first", "second", "later"].map((name) => `${name}: its suite ended before`),
    );
    assert.deepEqual(skipped, []);
  });

  test("is held back, and comes after others, where others run meanwhile", async () => {
    const { passed, output = "" } = await runSource(
      `import { existsSync, readFileSync } from "node:fs";
       import os from "node:os";
       import { test } from "node:test";
       const group = "/proc/self/autogroup";
       test("says its niceness", () => {
         console.log("niceness", os.getPriority());
         console.log("session", existsSync(group) ? readFileSync(group, "utf8") : "nice 10");
       });`,
      { held: true, aside: true },
    );
    assert.equal(passed, 1);
    assert.ok(Number(/niceness (\d+)/.exec(output)?.[1]) >= 10, output);
    // The kernel lets sessions share the processor: clusters run in others.
    assert.ok(Number(/session .*nice (\d+)/.exec(output)?.[1]) >= 10, output);
  });

  test("is that of all its parts, where they ran apart", () => {
    const part = (name: string) => ({
      passed: 1,
      failed: [`${name} failed`],
      notRun: [`${name} not run`],
      skipped: [`${name} skipped`],
      parts: [{ name, milliseconds: 1 }],
    });
    assert.deepEqual(together([part("a"), part("b")]), {
      passed: 2,
      failed: ["a failed", "b failed"],
      notRun: ["a not run", "b not run"],
      skipped: ["a skipped", "b skipped"],
      parts: ["a", "b"].map((name) => ({ name, milliseconds: 1 })),
    });
  });

  test("is a failure where tests were not run, whatever the reason", () => {
    const notRun = { kind: "test", name: "x", file: "/x", outcome: "not run" } as const;
    assert.deepEqual(resultOf([notRun], 1).failed, ["the runner: exit code 1 after 1 tests"]);
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

describe("a long failure", () => {
  const rows = Array.from({ length: 300 }, (_, row) =>
    row === 150 ? "  ✗ link west → east: no mirror" : `  ✓ check ${row} of the mesh`,
  );
  const failure = ["not proved: 1 of 300 checks", ...rows, "Mend it: run up --refresh"].join("\n");

  test("is shown by its beginning, its end and what tells of something wrong", () => {
    const lines = shortened(failure);
    assert.equal(lines[0], "not proved: 1 of 300 checks");
    assert.equal(lines.at(-1), "Mend it: run up --refresh");
    assert.ok(lines.includes("  ✗ link west → east: no mirror"), lines.join("\n"));
    assert.ok(lines.length < 50);
    const left = lines.flatMap((line) => /^… (\d+) more lines$/.exec(line)?.[1] ?? []);
    const shown = lines.length - left.length;
    assert.equal(
      left.reduce((sum, count) => sum + Number(count), shown),
      302,
    );
  });

  test("is shown as a whole where it is short", () => {
    assert.deepEqual(shortened("one\ntwo\n"), ["one", "two"]);
  });

  test("is kept as a whole, until the next run", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "failures-"));
    try {
      const file = path.join(folder, "results", "failures.txt");
      await writeFailures(file, [failure, "another"]);
      assert.equal(await readFile(file, "utf8"), `${failure}\n\nanother\n`);
      await writeFailures(file, []);
      await assert.rejects(readFile(file), /ENOENT/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test("a layer whose tools can't be had fails in CI, and is skipped elsewhere", () => {
  assert.deepEqual(blocked("no Docker", true).failed, ["its tools are not available: no Docker"]);
  const { failed, skipped } = blocked("no Docker", false);
  assert.deepEqual({ failed, skipped }, { failed: [], skipped: ["no Docker"] });
});
