import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { execa } from "execa";
import ts from "typescript";
import { entriesOf } from "../../../scripts/entries.mjs";
import { plainDeclarations, publishedDeclarations } from "../../../scripts/plain-declarations.mjs";
import { compiler } from "../../../scripts/typescript.mjs";
import { temporaryDirectory } from "../../temporary.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** The keys that are hovered over, each with the beginning of what an editor has to show. */
const keys = {
  name: "Name of the topology",
  clusters: "The clusters, 1 to 128.",
  network: "Clusters on the same network get pod routes",
  controlPlanes: "An odd number, because etcd needs a majority.",
  hostPort: "Port of the host.",
  nodePort: "Node port of the gateway;",
  certManager: "The issuer in the cluster",
  between: "Links in both directions",
  mode: "`gateway`: traffic enters the target",
  matchLabels: "Labels with their required values.",
  as: "How it is exported",
  replicas: "The number of its pods.",
  revoked: "Cuts the source off from the target",
  subnet: "Subnet of the network",
  highAvailability: "Three replicas of each controller",
  multicluster: "Of linkerd-multicluster.",
  generation: "Number of the generation",
};

const program = (module: string) => `import type { Topology } from ${JSON.stringify(module)};
export const topology: Topology = {
  name: "lab",
  clusters: [
    {
      name: "west",
      network: "lab",
      nodes: { controlPlanes: 1 },
      portMappings: [{ containerPort: 30080, hostPort: 8080 }],
      gateway: { nodePort: 30143 },
      trust: { issuer: { certManager: { name: "mesh-root" } } },
    },
  ],
  links: [
    { between: ["west"], mode: "flat", selectors: { federated: { matchLabels: { a: "b" } } } },
  ],
  exports: [
    { service: "web", namespace: "shop", from: "west", as: "gateway", headless: { replicas: 2 } },
  ],
  access: { accounts: [{ from: "west", revoked: true }] },
  docker: { subnet: "172.30.0.0/16" },
  linkerd: { highAvailability: true, values: { multicluster: {} } },
  trust: { anchors: [{ generation: 1 }] },
};
`;

/** Compiles only if two types are the same, also in keys that may be left out. */
const comparison = `
import type { Topology as OfSchemas } from "../planning/topology.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export const same: Same<Topology, OfSchemas> = true;
type Links = NonNullable<OfSchemas["links"]>[number];
export const other: Same<Links, Omit<Links, "mode">> = false;
`;

/** The project's options, without its files. */
function compilerOptions(config: string): ts.CompilerOptions {
  const { config: json } = ts.readConfigFile(path.join(root, config), (file) =>
    ts.sys.readFile(file),
  ) as { config: unknown };
  const nothing = { ...ts.sys, readDirectory: () => [] };
  return ts.parseJsonConfigFileContent(json, nothing, root).options;
}

/** What a language service says of a program's keys, where some files are only in memory. */
function hover(file: string, files: ReadonlyMap<string, string>): Record<string, string> {
  const text = files.get(file) ?? "";
  const read = (name: string) => files.get(name) ?? ts.sys.readFile(name);
  const options = compilerOptions("tsconfig.json");
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const content = read(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => files.has(name) || ts.sys.fileExists(name),
    readFile: read,
    directoryExists: (name) =>
      [...files.keys()].some((one) => one.startsWith(`${name}/`)) || ts.sys.directoryExists(name),
  });
  assert.deepEqual(
    service.getSemanticDiagnostics(file).map(({ messageText }) => messageText),
    [],
  );
  return Object.fromEntries(
    Object.keys(keys).map((key) => {
      const info = service.getQuickInfoAtPosition(file, text.search(new RegExp(`\\b${key}:`)));
      const tags = (info?.tags ?? []).map(
        (tag) => `@${tag.name} ${ts.displayPartsToString(tag.text)}`,
      );
      return [key, [ts.displayPartsToString(info?.documentation), ...tags].join("\n")];
    }),
  );
}

function showsDocumentation(shown: Readonly<Record<string, string>>): void {
  for (const [key, beginning] of Object.entries(keys)) {
    assert.ok(shown[key]?.startsWith(beginning), `${key}: ${shown[key] ?? ""}`);
  }
  assert.match(shown["nodePort"] ?? "", /\n@default 30143\n@example 31143$/);
}

describe("hovering over a key of a topology shows its documentation", () => {
  it("in a program of this repository", () => {
    const file = path.join(root, "planning/hover.ts");
    showsDocumentation(hover(file, new Map([[file, program("./topology.ts")]])));
  });

  const published = path.join(root, "published");

  /** The declarations that `npm pack` publishes. */
  const declarations = new Map<string, string>();

  it("in a program that uses the published declarations", async () => {
    const modules = entriesOf(root);
    const folder = await temporaryDirectory("hover-test");
    try {
      // Another layer checks the types.
      const emit = ["--emitDeclarationOnly", "--noCheck", "--outDir", folder];
      await execa(process.execPath, [compiler, "--project", "tsconfig.build.json", ...emit], {
        cwd: root,
      });
      const plain = publishedDeclarations(
        modules.map((name) => path.join(folder, `${name}.d.ts`)),
        (name) => readFileSync(name, "utf8"),
      );
      for (const [name, text] of plain) {
        declarations.set(path.join(published, path.relative(folder, name)), text);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    const file = path.join(published, "program.ts");
    const own = new Map(declarations).set(file, program("./planning/topology.js") + comparison);
    showsDocumentation(hover(file, own));
  });

  it("and every entry of the package can be said without zod", () => {
    assert.ok(declarations.size > 0);
    for (const text of declarations.values()) assert.doesNotMatch(text, /"zod"|\bz\./);
    const taken = declarations.get(path.join(published, "environments/drills/taken.d.ts"));
    assert.match(taken ?? "", /readonly how: ("(pause|restart|stop)"( \| )?){3};/);
  });

  it("fails for a schema that can't be said without zod", () => {
    const text = `import * as z from "zod";
      declare const when: z.ZodDate;
      export type When = z.infer<typeof when>;`;
    assert.throws(() => plainDeclarations(text), /can't say without zod: z\.ZodDate/);
  });
});
