import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { sdks } from "../../../scripts/sdk-packages.ts";

const root = path.resolve(import.meta.dirname, "../../..");

test("the SDKs are what the providers' schemas make them: run `npm run sdks`", async () => {
  const files = await sdks();
  const present = globSync("sdks/{kind,mesh}/**/*", { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  assert.deepEqual(present.sort(), [...files.keys()].sort());
  for (const [file, text] of files) assert.equal(readFileSync(path.join(root, file), "utf8"), text);
});
