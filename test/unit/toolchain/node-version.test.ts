import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { isPromised, oldest, range, refusal } from "../../../toolchain/node-version.mjs";

const root = path.resolve(import.meta.dirname, "../../..");

describe("the versions of Node.js that are promised", () => {
  test("are those that package.json and the pages tell", async () => {
    const text = await readFile(path.join(root, "package.json"), "utf8");
    const { engines } = JSON.parse(text) as { engines: { node: string } };
    assert.equal(engines.node, range);
    const words = oldest.map((one) => one.join(".")).join(", or ");
    for (const page of ["README.md", "CONTRIBUTING.md", "docs/ci.md"]) {
      const page_ = (await readFile(path.join(root, page), "utf8")).replaceAll(/\s+/g, " ");
      assert.ok(page_.includes(`${words} or later`), `${page} doesn't tell "${words} or later"`);
    }
  });

  for (const [version, promised] of [
    ["18.20.8", false],
    ["20.16.0", false],
    ["20.17.0", true],
    ["20.20.2", true],
    ["21.7.3", false],
    ["22.8.0", false],
    ["22.9.0", true],
    ["22.18.0", true],
    ["23.0.0", true],
    ["24.1.0", true],
  ] as const) {
    test(`${version} is ${promised ? "" : "not "}promised`, () => {
      assert.equal(isPromised(version), promised);
    });
  }

  test("are told in one sentence to whoever has another one", () => {
    assert.equal(
      refusal("18.20.8"),
      "linkerd-topology needs Node.js 20.17, or 22.9 or later; this is 18.20.8. Install a newer one.",
    );
  });
});
