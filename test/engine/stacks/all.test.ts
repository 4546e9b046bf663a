import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { knownStacks } from "../../../environments/stacks.ts";

test("the changes of every ready-made stack are tested", async () => {
  const tests = (await readdir(import.meta.dirname)).map((file) =>
    file.replace(/(\.nightly)?\.test\.ts$/, ""),
  );
  const stacks = (await knownStacks()).map(({ name }) => name);
  assert.deepEqual(
    stacks.filter((name) => !tests.includes(name)),
    [],
  );
});
