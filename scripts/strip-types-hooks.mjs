// Module hooks that strip the types from the project's own TypeScript; see strip-types.mjs.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const typescript = await import("typescript").catch((error) => {
  throw new Error(
    `Node.js ${process.versions.node} needs the package typescript to run this project: run \`npm install\` ` +
      "in it, with its development dependencies, or use Node.js 22.18 or later.",
    { cause: error },
  );
});
const { ModuleKind, ScriptTarget, transpileModule } = typescript.default;
const compilerOptions = {
  target: ScriptTarget.ES2023,
  module: ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return next(url, context);
  const text = await readFile(fileURLToPath(url), "utf8");
  const source = transpileModule(text, { compilerOptions }).outputText;
  return { format: "module", shortCircuit: true, source };
}
