import assert from "node:assert/strict";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { withoutLogs } from "../../../toolchain/pulumi-logs.ts";
import { withFolder } from "./folder.ts";

describe("a home without Pulumi's log", () => {
  const isFile = async (home: string) => (await stat(join(home, "logs"))).isFile();

  test("has a file in the folder's place, and nothing of the folder", () =>
    withFolder(async (home) => {
      await mkdir(join(home, "logs", "deeper"), { recursive: true });
      await writeFile(join(home, "logs", "deeper", "pulumi.log"), "secret");
      await withoutLogs(home);
      assert.deepEqual(await readdir(home), ["logs"]);
      assert.ok(await isFile(home));
    }));

  test("comes of several processes at once, and of none again", () =>
    withFolder(async (home) => {
      await mkdir(join(home, "logs"));
      await Promise.all(Array.from({ length: 8 }, () => withoutLogs(home)));
      await withoutLogs(home);
      assert.deepEqual(await readdir(home), ["logs"]);
      assert.ok(await isFile(home));
    }));

  test("is no reason to stop where it can't be had", () =>
    withFolder(async (home) => {
      await withoutLogs(join(home, "nowhere"));
      assert.deepEqual(await readdir(home), []);
    }));
});
