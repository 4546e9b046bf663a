import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { exists, makeOnce } from "../../../toolchain/cache.ts";
import { withFolder } from "./folder.ts";
import { cacheDirectory } from "../../../system/cache-directory.ts";

describe("the cache's place", () => {
  for (const [name, env, place] of [
    ["its own variable", { LINKERD_TOPOLOGY_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" }, "/a"],
    ["XDG's", { XDG_CACHE_HOME: "/b", HOME: "/c" }, "/b/linkerd-topology"],
    ["home", { HOME: "/c" }, "/c/.cache/linkerd-topology"],
    [
      "a relative XDG folder counts as none",
      { XDG_CACHE_HOME: "b", HOME: "/c" },
      "/c/.cache/linkerd-topology",
    ],
    [
      "an empty variable counts as none",
      { LINKERD_TOPOLOGY_CACHE: "", HOME: "/c" },
      "/c/.cache/linkerd-topology",
    ],
  ] as const) {
    test(name, () => assert.equal(cacheDirectory(env), place));
  }
});

describe("making a folder once", () => {
  const fill = (text: string) => async (unfinished: string) => {
    await writeFile(join(unfinished, "file"), text);
  };

  test("the first one makes it, the second one finds it", () =>
    withFolder(async (root) => {
      const folder = join(root, "tool", "1");
      assert.equal(await makeOnce(folder, fill("first")), true);
      assert.equal(await makeOnce(folder, fill("second")), false);
      assert.equal(await readFile(join(folder, "file"), "utf8"), "first");
    }));

  test("two at the same time make it once", () =>
    withFolder(async (root) => {
      const folder = join(root, "tool");
      let made = 0;
      const make = async (unfinished: string) => {
        made++;
        await fill("x")(unfinished);
      };
      const results = await Promise.all([makeOnce(folder, make), makeOnce(folder, make)]);
      assert.equal(made, 1);
      assert.deepEqual(results.sort(), [false, true]);
    }));

  test("a failure leaves nothing, and the next one makes it", () =>
    withFolder(async (root) => {
      const folder = join(root, "tool");
      const fail = async (unfinished: string) => {
        await fill("half")(unfinished);
        throw new Error("the compiler said no");
      };
      await assert.rejects(makeOnce(folder, fail), /the compiler said no/);
      assert.deepEqual(await readdir(root), [".locks"]);
      assert.equal(await makeOnce(folder, fill("whole")), true);
    }));

  test("what a killed run left is neither used nor kept", () =>
    withFolder(async (root) => {
      const folder = join(root, "tool");
      const left = join(root, ".unfinished-tool-abc123");
      await makeOnce(left, fill("half"));
      assert.equal(await makeOnce(folder, fill("whole")), true);
      assert.equal(await exists(left), false);
      assert.equal(await readFile(join(folder, "file"), "utf8"), "whole");
    }));
});
