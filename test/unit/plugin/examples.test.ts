import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { parse } from "yaml";
import { componentSchemas } from "../../../plugin/component-schemas.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

it("docs/languages.md shows the examples that the engine tests run", () => {
  const page = read("docs/languages.md");
  for (const file of [
    "examples/python/two_clusters.py",
    "examples/python/components.py",
    "examples/yaml/Pulumi.yaml",
  ]) {
    assert.ok(page.includes(`\n${read(file)}\`\`\``), file);
  }
  const [, inGo = ""] = /```go\n([\s\S]*?)```/.exec(page) ?? [];
  assert.notEqual(inGo, "");
  const indented = inGo.replaceAll(/^(?=.)/gm, "\t");
  assert.ok(read("examples/go/main.go").includes(indented));
});

it("the package schema shows the same topology in YAML", () => {
  const { description = "" } = componentSchemas["linkerd-topology:index:Topology"] ?? {};
  const [, shown = ""] = /```yaml\n([\s\S]*?)```/.exec(description) ?? [];
  const { resources } = parse(read("examples/yaml/Pulumi.yaml")) as { resources: unknown };
  assert.deepEqual((parse(shown) as { resources: unknown }).resources, resources);
});
