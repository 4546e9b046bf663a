import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { diagramPages } from "../../../environments/diagram.ts";
import { knownStacks } from "../../../environments/stacks.ts";

describe("the pages with diagrams", () => {
  it("show the stacks as they are", async () => {
    for (const { file, found, wanted } of await diagramPages()) {
      assert.equal(found, wanted, `${file} is out of date; run: npm run diagram -- --write`);
    }
  });

  it("are one for each stack, with its diagram and its mirrors, and the README", async () => {
    const pages = new Map(
      (await diagramPages()).map(({ file, found }) => [path.basename(file, ".md"), found]),
    );
    const stacks = (await knownStacks()).map(({ name }) => name);
    assert.deepEqual([...pages.keys()].sort(), ["README", ...stacks].sort());
    for (const stack of stacks) {
      assert.match(
        pages.get(stack) ?? "",
        new RegExp(`<!-- diagram ${stack} -->\n\n\`\`\`mermaid`),
      );
      assert.match(
        pages.get(stack) ?? "",
        new RegExp(`<!-- mirrors ${stack} -->\n\n\\| In cluster`),
      );
    }
    assert.match(pages.get("README") ?? "", /<!-- diagram hierarchical -->\n\n```mermaid/);
  });
});
