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
import { readShape } from "../../../planning/shape.ts";
import {
  formatSchema,
  schemaFiles,
  stackSchema,
  topologySchema,
} from "../../../scripts/json-schema.ts";
import { damagedTopology, validTopology } from "./arbitraries.ts";

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
    const { definitions, properties } = (await readJson(schemaFiles.topology)) as {
      definitions: Record<string, Node>;
      properties: Record<string, Node>;
    };
    const all = [{ properties }, ...Object.values(definitions)].flatMap((definition) =>
      Object.entries((definition.properties ?? {}) as Record<string, Node>),
    );
    const silent = all.filter(([, { description }]) => typeof description !== "string");
    assert.deepEqual(
      silent.map(([name]) => name),
      [],
    );
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
      // A key that validation refuses wherever it stands.
      if (text === undefined || text.includes("__proto__")) return;
      const json: unknown = JSON.parse(text);
      assert.equal(isTopology(json), readShape(json).findings.length === 0);
    };
    fc.assert(fc.property(validTopology(), agree), { numRuns: 30 });
    fc.assert(fc.property(damagedTopology(), agree), { numRuns: 400 });
    fc.assert(fc.property(fc.jsonValue(), agree));
  });
});

type Node = Readonly<Record<string, unknown>>;
