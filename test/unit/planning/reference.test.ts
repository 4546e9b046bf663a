import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { it } from "node:test";
import { topologySchema } from "../../../scripts/json-schema.ts";
import { refreshReference } from "../../../scripts/reference-page.ts";

const root = path.resolve(import.meta.dirname, "../../..");

it("docs/topology.md has every key of a topology as the schemas have it", async () => {
  const page = await readFile(path.join(root, "docs/topology.md"), "utf8");
  const current = await refreshReference(page, topologySchema());
  assert.equal(page, current, "out of date; run: npm run topology-page");
});

it("every link within docs/topology.md has a heading", async () => {
  const page = await readFile(path.join(root, "docs/topology.md"), "utf8");
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z ]/g, "")
      .replaceAll(" ", "-"),
  );
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor = ""]) => anchor);
  assert.ok(links.length > 10);
  assert.deepEqual(
    links.filter((anchor) => !headings.includes(anchor)),
    [],
  );
});
