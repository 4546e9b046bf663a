import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import {
  isScenarioWanted,
  longestFirst,
  selectFiles,
  type Selection,
} from "../../runner/test-files.ts";

describe("the files of a layer", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "test-files-"));
    await mkdir(path.join(folder, "deep"));
    await mkdir(path.join(folder, "three.scenarios"));
    await mkdir(path.join(folder, "three.nightly.scenarios"));
    for (const file of [
      "one.test.ts",
      "helper.ts",
      "deep/two.nightly.test.ts",
      "three.test.ts",
      "three.scenarios/mixed.ts",
      "three.scenarios/flat.ts",
      "three.nightly.test.ts",
      "three.nightly.scenarios/policy.ts",
    ]) {
      await writeFile(path.join(folder, file), "");
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const select = async (selection: Selection) => {
    const { files, matched } = await selectFiles(folder, selection);
    return { files: files.map((file) => path.relative(folder, file)), matched };
  };

  test("are those of the tiers", async () => {
    assert.deepEqual((await select({ tiers: ["push"] })).files, ["one.test.ts", "three.test.ts"]);
    assert.deepEqual((await select({ tiers: ["nightly"] })).files, [
      "deep/two.nightly.test.ts",
      "three.nightly.test.ts",
    ]);
  });

  test("are found by their own name and by a scenario's", async () => {
    const tiers = ["push", "nightly"] as const;
    assert.deepEqual(await select({ tiers, only: ["two", "flat", "none"] }), {
      files: ["deep/two.nightly.test.ts", "three.test.ts"],
      matched: ["two", "flat"],
    });
    assert.deepEqual((await select({ tiers, only: ["helper"] })).files, []);
    assert.deepEqual((await select({ tiers, only: ["policy"] })).files, ["three.nightly.test.ts"]);
    assert.deepEqual((await select({ tiers, only: ["three"] })).files, [
      "three.nightly.test.ts",
      "three.test.ts",
    ]);
  });

  test("begin with those that have scenarios, where several run at a time", async () => {
    const { files } = await selectFiles(folder, { tiers: ["push", "nightly"] });
    assert.deepEqual(
      longestFirst(files).map((file) => path.basename(file)),
      ["three.nightly.test.ts", "three.test.ts", "two.nightly.test.ts", "one.test.ts"],
    );
  });

  test("run the scenarios that were asked for", () => {
    const wanted = (only: string, scenario: string) =>
      isScenarioWanted("/x/three.test.ts", scenario, only);
    assert.ok(wanted("", "flat"));
    assert.ok(wanted("two,flat", "flat"));
    assert.ok(!wanted("two,flat", "mixed"));
    assert.ok(wanted("three", "mixed"));
  });
});
