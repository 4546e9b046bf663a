import assert from "node:assert/strict";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { chooseGo, goLine, goNeeded, moduleMirror } from "../../../toolchain/go.ts";
import { buildArguments, goFolder, inputsOf, shortHash } from "../../../toolchain/go-program.ts";
import { kubernetesPlugin, tlsPlugin } from "../../../toolchain/tools/provider-plugins.ts";
import { pulumi } from "../../../toolchain/tools/pulumi.ts";
import { compareVersions } from "../../../system/version.ts";
import { withFolder } from "./folder.ts";

describe("which Go builds", () => {
  for (const [version, choice] of [
    [goNeeded, { use: "machine", toolchain: "local" }],
    ["1.30.1", { use: "machine", toolchain: "local" }],
    ["1.21.0", { use: "machine", toolchain: "auto" }],
    ["1.24.9", { use: "machine", toolchain: "auto" }],
    // Debian bookworm's Go, which doesn't know toolchains.
    ["1.19.8", { use: "module mirror" }],
    [undefined, { use: "module mirror" }],
  ] as const) {
    test(`${version ?? "none"} on the machine: ${choice.use}`, () => {
      assert.deepEqual(chooseGo(version), choice);
    });
  }

  test("every module is satisfied with the Go that is asked for", async () => {
    for (const module of await readdir(goFolder)) {
      const line = await goLine(join(goFolder, module, "go.mod"));
      assert.ok(line !== undefined, module);
      assert.ok(compareVersions(line, goNeeded) <= 0, `${module} needs Go ${line}`);
    }
  });

  for (const [setting, mirror] of [
    [undefined, undefined],
    ["", undefined],
    ["direct", undefined],
    ["https://goproxy.example/,direct", "https://goproxy.example"],
    ["off|http://localhost:3000", "http://localhost:3000"],
  ] as const) {
    test(`GOPROXY=${setting ?? ""} means ${mirror ?? "none"}`, () => {
      assert.equal(moduleMirror(setting), mirror);
    });
  }
});

describe("what a program's key depends on", () => {
  const program = { module: "pause", binary: "pause" } as const;

  test("nothing changed: the same key, also from another place", () =>
    withFolder(async (root) => {
      await cp(join(goFolder, "pause"), join(root, "pause"), { recursive: true });
      assert.equal(
        shortHash([await inputsOf(program, root)]),
        shortHash([await inputsOf(program, goFolder)]),
      );
    }));

  for (const [what, change] of [
    ["a source file", { file: "main.go" }],
    ["the go.mod", { file: "go.mod" }],
    ["a variable of the linker", { variables: { "main.version": "2" } }],
    ["a build tag", { tags: ["prod"] }],
    ["another main package", { package: "./other" }],
  ] as const) {
    test(`${what} changed: another key`, () =>
      withFolder(async (root) => {
        await cp(join(goFolder, "pause"), join(root, "pause"), { recursive: true });
        const before = shortHash([await inputsOf(program, root)]);
        if ("file" in change) {
          const file = join(root, "pause", change.file);
          await writeFile(file, `${await readFile(file, "utf8")}\n// changed\n`);
        }
        const changed = "file" in change ? program : { ...program, ...change };
        assert.notEqual(shortHash([await inputsOf(changed, root)]), before);
      }));
  }

  test("a file that is not built from does not count", () =>
    withFolder(async (root) => {
      await cp(join(goFolder, "pause"), join(root, "pause"), { recursive: true });
      const before = shortHash([await inputsOf(program, root)]);
      await writeFile(join(root, "pause", "README.md"), "words");
      assert.equal(shortHash([await inputsOf(program, root)]), before);
    }));

  test("inputs are told apart, however they are cut", () => {
    assert.notEqual(shortHash(["ab", "c"]), shortHash(["a", "bc"]));
  });
});

describe("the arguments of a build", () => {
  test("paths of the machine stay out, nothing is fetched that go.sum does not know", () => {
    const given = buildArguments(
      { module: "m", binary: "b", variables: { "main.v": "1" } },
      "/out",
    );
    assert.ok(given.includes("-trimpath"));
    assert.ok(given.includes("-mod=readonly"));
    assert.ok(given.includes("-ldflags=-s -w -X main.v=1"));
    assert.equal(given.at(-1), ".");
  });
});

describe("pinned versions", () => {
  const root = join(import.meta.dirname, "../../..");
  const read = async <T>(file: string) => JSON.parse(await readFile(join(root, file), "utf8")) as T;

  test("are the oldest that the package takes, and those that a checkout has", async () => {
    const { dependencies } = await read<{ dependencies: Record<string, string> }>("package.json");
    const { packages } = await read<{ packages: Record<string, { version?: string }> }>(
      "package-lock.json",
    );
    for (const [name, version] of [
      ["@pulumi/kubernetes", kubernetesPlugin.version],
      ["@pulumi/tls", tlsPlugin.version],
      ["@pulumi/pulumi", pulumi.version],
    ] as const) {
      assert.equal(dependencies[name], `^${version}`);
      assert.equal(packages[`node_modules/${name}`]?.version, version);
    }
  });
});
