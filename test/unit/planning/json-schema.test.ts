import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import fc from "fast-check";
import { parse } from "yaml";
import { knownStacks } from "../../../environments/stacks.ts";
import { plan } from "../../../planning/plan.ts";
import { readShape } from "../../../planning/topology/shape.ts";
import {
  formatSchema,
  schemaFiles,
  stackSchema,
  topologySchema,
} from "../../../scripts/json-schema.ts";
import { damagedTopology, validTopology } from "./arbitraries.ts";
import { largeTopology } from "./golden/records.ts";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../..");

const read = async (file: string) => readFile(path.join(root, file), "utf8");

const readJson = async (file: string) => JSON.parse(await read(file)) as Record<string, unknown>;

describe("the JSON schema", () => {
  let isTopology: ValidateFunction;
  let isStack: ValidateFunction;

  before(async () => {
    // The addresses stand for the two files, one of which refers to the other.
    const ajv = new Ajv({ allErrors: true });
    ajv.addSchema(await readJson(schemaFiles.topology), `file:///${schemaFiles.topology}`);
    ajv.addSchema(await readJson(schemaFiles.stack), `file:///${schemaFiles.stack}`);
    const find = (file: string) => {
      const validate = ajv.getSchema(`file:///${file}`);
      assert.ok(validate);
      return validate;
    };
    isTopology = find(schemaFiles.topology);
    isStack = find(schemaFiles.stack);
  });

  it("is that of the validation, with the words of the types", async () => {
    const current = "run: npm run schema";
    const topology = await formatSchema(topologySchema());
    assert.equal(await read(schemaFiles.topology), topology, current);
    assert.equal(await read(schemaFiles.stack), await formatSchema(stackSchema()), current);
  });

  it("describes every property", async () => {
    const all = propertiesOf(await readJson(schemaFiles.topology));
    const silent = all.filter(({ node }) => typeof node["description"] !== "string");
    assert.deepEqual(
      silent.map(({ name }) => name),
      [],
    );
  });

  it("tells no other limits in words than it has", async () => {
    const told = propertiesOf(await readJson(schemaFiles.topology)).flatMap(({ name, node }) => {
      const text = String(node["description"]);
      const limit = /(?:at most|, 1 to) (\d+)(?: characters|\.)/.exec(text)?.[1];
      if (limit === undefined) return [];
      assert.equal(Number(limit), node["maxLength"] ?? node["maxItems"], name);
      return [name];
    });
    assert.deepEqual(told, ["Topology.name", "Topology.clusters", "ClusterSpec.name"]);
  });

  it("gives an example of every property, which fits", async () => {
    const schema = await readJson(schemaFiles.topology);
    const ajv = new Ajv();
    for (const { name, node } of propertiesOf(schema)) {
      const examples = node["examples"] as unknown[] | undefined;
      assert.ok(examples?.length, `${name} has no example`);
      const values = "default" in node ? [...examples, node["default"]] : examples;
      const isValue = ajv.compile({ ...node, definitions: schema["definitions"] });
      for (const value of values) {
        assert.ok(
          isValue(value),
          `${name}: ${JSON.stringify(value)} ${JSON.stringify(isValue.errors)}`,
        );
      }
    }
  });

  it("has the defaults of the plan: to write one changes nothing", async () => {
    const schema = await readJson(schemaFiles.topology);
    const compared = new Set<string>();
    for (const topology of [largeTopology(), plainTopology]) {
      for (const { name, value, topologyWith } of defaultsIn(schema, topology)) {
        const without = plan(topologyWith(undefined), { name: "lab" });
        const written = plan(topologyWith(value), { name: "lab" });
        // What other keys of this topology need, or rule out, is compared in the other one.
        if (!without.ok || !written.ok) continue;
        // Only why the release is what it is differs.
        const { chosenBy } = without.plan.linkerd;
        const linkerd = { ...written.plan.linkerd, chosenBy };
        const compare = { ...written.plan, linkerd };
        assert.deepEqual(withoutEmpty(compare), withoutEmpty(without.plan), name);
        compared.add(name);
      }
    }
    const all = propertiesOf(schema).filter(({ node }) => "default" in node);
    assert.deepEqual(
      all.map(({ name }) => name).filter((name) => !compared.has(name)),
      [],
    );
  });

  it("may be named by a topology, which says nothing by that", () => {
    const without = plan(plainTopology, { name: "lab" });
    const named = plan({ $schema: "./topology.schema.json", ...plainTopology }, { name: "lab" });
    assert.ok(without.ok);
    assert.deepEqual(named, without);
    const misspelt = plan({ ...plainTopology, schema: "" }, { name: "lab" });
    assert.ok(!misspelt.ok);
    // Nobody who has another key in mind is led to it.
    assert.doesNotMatch(misspelt.problems[0]?.fix ?? "", /\$/);
  });

  it("fits every stack, which refers to it", async () => {
    const stacks = await knownStacks();
    assert.ok(stacks.length >= 5);
    for (const { name, file } of stacks) {
      const text = await readFile(file, "utf8");
      assert.ok(isStack(parse(text)), `${name}: ${JSON.stringify(isStack.errors)}`);
      const reference = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? "";
      const target = path.relative(root, path.resolve(path.dirname(file), reference));
      assert.equal(target, schemaFiles.stack);
    }
    const mistyped = { clusters: [{ name: "west", netwrok: "lab" }] };
    assert.ok(!isStack({ config: { "linkerd-topology:topology": mistyped } }));
    assert.ok(!isStack({ config: { topology: mistyped } }));
    assert.ok(isStack({ config: { topology: { clusters: [{ name: "west" }] } } }));
  });

  it("agrees with the validation on any input", () => {
    const agree = (input: unknown) => {
      const text = JSON.stringify(input) as string | undefined;
      // A key that validation refuses everywhere.
      if (text === undefined || text.includes("__proto__")) return;
      const json: unknown = JSON.parse(text);
      assert.equal(isTopology(json), readShape(json).problems.length === 0);
    };
    fc.assert(fc.property(validTopology(), agree), { numRuns: 30 });
    fc.assert(fc.property(damagedTopology(), agree), { numRuns: 400 });
    fc.assert(fc.property(fc.jsonValue(), agree));
  });
});

type Node = Readonly<Record<string, unknown>>;

interface Property {
  /** `ClusterSpec.nodes` */
  readonly name: string;
  readonly node: Node;
}

function propertiesOf(schema: Node): Property[] {
  const definitions = Object.entries(schema["definitions"] as Record<string, Node>);
  return [["Topology", schema] as const, ...definitions].flatMap(([name, definition]) =>
    Object.entries((definition["properties"] ?? {}) as Record<string, Node>).map(([key, node]) => ({
      name: `${name}.${key}`,
      node,
    })),
  );
}

/** Has nearly every map of a topology, with as few keys as can be. */
const plainTopology = {
  clusters: [
    {
      name: "west",
      network: "lab",
      nodes: {},
      portMappings: [{ containerPort: 30_080, hostPort: 8080 }],
      gateway: {},
      trust: {},
    },
    { name: "east", network: "lab" },
  ],
  links: [
    {
      between: ["west", "east"],
      selectors: {
        gateway: { matchExpressions: [{ key: "exported", operator: "Exists" }] },
        federated: { matchLabels: { federated: "member" } },
      },
    },
  ],
  access: {},
  docker: {},
  linkerd: { values: {} },
  observability: {},
  trust: { anchors: [{ generation: 1, certificateFile: "anchor.crt", keyFile: "anchor.key" }] },
};

interface DefaultPlace {
  readonly name: string;
  readonly value: unknown;
  /** The topology with that value there, or without the key. */
  readonly topologyWith: (value: unknown) => unknown;
}

/** Every place of a topology that has a default. */
function defaultsIn(schema: Node, topology: unknown): DefaultPlace[] {
  const places: DefaultPlace[] = [];
  const visit = (node: Node, owner: string, value: unknown, at: readonly (string | number)[]) => {
    const name = (node["$ref"] as string | undefined)?.replace("#/definitions/", "");
    if (name !== undefined) {
      visit((schema["definitions"] as Record<string, Node>)[name] ?? {}, name, value, at);
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        visit((node["items"] ?? {}) as Node, owner, item, [...at, index]);
      });
    } else if (typeof value === "object" && value !== null) {
      const map = value as Record<string, unknown>;
      for (const [key, one] of Object.entries((node["properties"] ?? {}) as Record<string, Node>)) {
        const path = [...at, key];
        if ("default" in one) {
          const topologyWith = (given: unknown) => replaced(topology, path, given);
          places.push({ name: `${owner}.${key}`, value: one["default"], topologyWith });
        }
        visit(one, owner, map[key], path);
      }
    }
  };
  visit(schema, "Topology", topology, []);
  return places;
}

function replaced(whole: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(whole);
  let parent = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as typeof parent;
  const last = path.at(-1) ?? "";
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

/** The plan contains a selector as it was written; an empty list of conditions counts as none. */
function withoutEmpty(plan: unknown): unknown {
  return JSON.parse(JSON.stringify(plan), (_, value: unknown) =>
    typeof value === "object" && value !== null && Object.keys(value).length === 0
      ? undefined
      : value,
  );
}
