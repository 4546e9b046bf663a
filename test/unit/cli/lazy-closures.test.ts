import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const root = path.resolve(import.meta.dirname, "../../..");
const lazily = `await import("./environments/lazy-closures.ts");`;

/** What a process prints of its own that loads the SDK, after `first`. */
async function loaded(first: string, then: string): Promise<string> {
  const script = `
    import { createRequire } from "node:module";
    const { cache } = createRequire(process.cwd() + "/");
    const compiler = () => Object.keys(cache).some((file) => file.includes("typescript-shim"));
    ${first}
    const pulumi = await import("@pulumi/pulumi");
    ${then}`;
  const arguments_ = ["--input-type=module", "--eval", script];
  return (await execa(process.execPath, arguments_, { cwd: root })).stdout;
}

// Where this fails the SDK has become lazy itself, and environments/lazy-closures.ts can go.
test("Pulumi's SDK loads a TypeScript compiler whether or not anybody needs it", async () => {
  assert.equal(await loaded("", "console.log(compiler())"), "true");
});

test("the command line loads it where somebody does, and what it is for works then", async () => {
  const written = `
    console.log(compiler());
    const { text } = await pulumi.runtime.serializeFunction(() => 41 + 1);
    console.log(compiler(), text.includes("41 + 1"));
    console.log((await pulumi.runtime.computeCodePaths()) instanceof Map);`;
  assert.equal(await loaded(lazily, written), "false\ntrue true\ntrue");
});
