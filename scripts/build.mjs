// Compiles the contents of the npm package into dist/ (library, command line, provider plugins). Node.js
// strips the types of a project's own sources, but not of sources under node_modules.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleModules, licenses } from "./bundle-modules.mjs";
import { bundlePage } from "./bundle-page.mjs";
import * as commonjs from "./commonjs.mjs";
import { entriesOf } from "./entries.mjs";
import { publishedDeclarations } from "./plain-declarations.mjs";
import { compiler } from "./typescript.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// For tests: another directory than dist/, so that they don't remove what others are using, and no type
// check, which has run before.
const args = process.argv.slice(2);
const dist = path.resolve(root, args.find((arg) => !arg.startsWith("--")) ?? "dist");

rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [
    compiler,
    ...["--project", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", dist],
    ...(args.includes("--no-check") ? ["--noCheck"] : []),
  ],
  { cwd: root, stdio: "inherit" },
);

// Nobody can import another module than the entries, so no other declarations are published than those that they name.
const entries = entriesOf(root);
const declarations = publishedDeclarations(
  entries.map((entry) => path.join(dist, `${entry}.d.ts`)),
  (file) => readFileSync(file, "utf8"),
);
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (file.endsWith(".d.ts") && !declarations.has(file)) rmSync(file);
}
for (const [file, text] of declarations) writeFileSync(file, text);

const inputs = await bundleModules(root, dist);

// Files that the code reads or runs besides modules. They have the same place below dist/.
const folders = [
  "components",
  "environments/commands/completion-scripts",
  "observability",
  "plugin",
  "providers",
  "stacks",
  "toolchain",
];
const copied = [
  ...folders.flatMap((folder) => filesOf(folder).filter((file) => !file.endsWith(".ts"))),
  // The key of the node image is computed from these sources, so that the package finds an image that a
  // checkout built.
  "toolchain/image/component-images.ts",
  "toolchain/image/node-files.ts",
  "topology.schema.json",
];
for (const file of copied) {
  mkdirSync(path.dirname(path.join(dist, file)), { recursive: true });
  cpSync(path.join(root, file), path.join(dist, file));
}

const page = await bundlePage({ minify: true });
const pageFolder = path.join(dist, "ui/web");
mkdirSync(pageFolder, { recursive: true });
for (const [name, content] of page.files) writeFileSync(path.join(pageFolder, name), content);
writeFileSync(path.join(dist, "LICENSES.txt"), await licenses(root, [...inputs, ...page.inputs]));

const project = readFileSync(path.join(root, "Pulumi.yaml"), "utf8");
writeFileSync(
  path.join(dist, "Pulumi.yaml"),
  project.replace("main: program.mjs", "main: index.js"),
);
for (const entry of entries) {
  writeFileSync(path.join(dist, `${entry}.cjs`), commonjs.code(entry));
  const text = readFileSync(path.join(dist, `${entry}.d.ts`), "utf8");
  writeFileSync(
    path.join(dist, `${entry}.d.cts`),
    commonjs.declarations(entry, text, declarationsOf),
  );
}
chmodSync(path.join(dist, "environments/main.js"), 0o755);

/** Every file below a folder, by its path from the root of the project. */
function filesOf(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

/** The declarations of a module that an entry exports from, in dist/ or in a package. */
function declarationsOf(specifier) {
  const file = specifier.startsWith(".")
    ? path.join(dist, specifier.replace(/\.(js|ts)$/, ".d.ts"))
    : createRequire(import.meta.url)
        .resolve(specifier)
        .replace(/\.js$/, ".d.ts");
  return readFileSync(file, "utf8");
}
