// What a program names has to be exported: a class that takes a type which nobody can name is half a class.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { entriesOf } from "../../../scripts/entries.mjs";
import { pack } from "../../engine/packed-package.ts";

const root = path.resolve(import.meta.dirname, "../../..");

const program = programOf(entriesOf(root));
const checker = program.getTypeChecker();
const main = exportsOf("library");

for (const entry of entriesOf(root)) {
  test(`every type that a public declaration of ${entry}.ts names is public`, () => {
    assert.deepEqual(missingIn(exportsOf(entry)), []);
  });
}

test("TypeScript finds the types of every entry where it doesn't read `exports`, as with Pulumi's template", () => {
  const { exports, typesVersions } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  ) as {
    readonly exports: Readonly<Record<string, { readonly import?: { readonly types: string } }>>;
    readonly typesVersions: unknown;
  };
  const entries = Object.entries(exports).flatMap(([name, { import: module }]) =>
    module === undefined || name === "."
      ? []
      : [[name.slice("./".length), [module.types]] as const],
  );
  assert.deepEqual(typesVersions, { "*": Object.fromEntries(entries) });
});

test("npm packs the file that `main` names, which it leaves out unless `files` has it", async () => {
  const { main: named } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    readonly main: string;
  };
  const { files } = await pack(root, root, "--dry-run", "--ignore-scripts");
  assert.ok(files.includes(path.normalize(named)));
});

function programOf(entries: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (name) =>
    ts.sys.readFile(name),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root, {}, undefined);
  const files = entries.map((entry) => path.join(root, `${entry}.ts`));
  return ts.createProgram(files, { ...options, incremental: false });
}

/** What a module exports: each symbol with its public name. */
function exportsOf(entry: string): ReadonlyMap<ts.Symbol, string> {
  const source = program.getSourceFile(path.join(root, `${entry}.ts`));
  const module = source && checker.getSymbolAtLocation(source);
  assert.ok(module);
  return new Map(
    checker.getExportsOfModule(module).map((symbol) => [resolve(symbol), symbol.name]),
  );
}

function resolve(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Types of the package that the declarations name, and that neither they nor the main entry export. */
function missingIn(exported: ReadonlyMap<ts.Symbol, string>): readonly string[] {
  const missing = new Set<string>();
  for (const [symbol, name] of exported) {
    for (const declaration of symbol.declarations ?? []) visit(declaration, name);
  }
  return [...missing].sort();

  function visit(node: ts.Node, by: string): void {
    if (ts.isBlock(node) || isPrivate(node)) return;
    // Only what is written down: what a function's text alone says isn't seen here.
    const reference = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    const symbol = reference && checker.getSymbolAtLocation(reference);
    if (symbol !== undefined) note(resolve(symbol), by);
    if (ts.isVariableDeclaration(node)) {
      if (node.type) visit(node.type, by);
      return;
    }
    if (ts.isPropertyDeclaration(node)) {
      if (node.type) visit(node.type, by);
      return;
    }
    ts.forEachChild(node, (child) => {
      visit(child, by);
    });
  }

  function note(symbol: ts.Symbol, by: string): void {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || symbol.flags & ts.SymbolFlags.TypeParameter) return;
    const from = path.relative(root, declaration.getSourceFile().fileName);
    if (from.startsWith("..") || from.startsWith("node_modules")) return;
    if (!exported.has(symbol) && !main.has(symbol)) {
      missing.add(`${symbol.name} of ${from}, named by ${by}`);
    }
  }
}

function isPrivate(node: ts.Node): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  if ((node as { name?: ts.Node }).name?.kind === ts.SyntaxKind.PrivateIdentifier) return true;
  return (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
}
