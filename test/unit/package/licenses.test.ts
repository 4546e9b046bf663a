import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { licenses } from "../../../scripts/bundle-modules.mjs";
import { bundlePage } from "../../../scripts/bundle-page.mjs";

const root = path.resolve(import.meta.dirname, "../../..");

describe("the licenses of what is bundled", () => {
  it("are those of the packages that the live page is made of", async () => {
    const { inputs } = await bundlePage({ minify: true });
    const text = await licenses(root, inputs);
    for (const name of ["preact", "uplot"]) {
      assert.match(text, new RegExp(`^${name}\\n\\n.*MIT`, "ms"));
    }
  });

  it("are nothing for the project's own files", async () => {
    assert.equal(await licenses(root, ["library.ts"]), "");
  });

  it("are missed where a package has none", async () => {
    // Its files are in the package that it is a part of.
    const inputs = ["node_modules/@pulumi/kind/index.js"];
    await assert.rejects(licenses(root, inputs), /has no file with its license/);
  });
});
