/**
 * Loads a TypeScript compiler and npm's resolver only where a function is serialized. Pulumi's SDK loads both
 * as it starts, a third of the processor time that loading it takes, and only programs with dynamic providers
 * or serialized functions use them. Ours has neither.
 *
 * Import it before `@pulumi/pulumi`. It replaces the functions that the SDK takes from these modules by functions
 * that load the module when they are called.
 */
import { createRequire, Module } from "node:module";

const require = createRequire(import.meta.url);

/** The functions of the SDK's modules that it takes from them while it loads. */
const taken = {
  serializeClosure: ["serializeFunction", "serializeFunctionAsync"],
  codePaths: ["computeCodePaths"],
};

for (const [name, functions] of Object.entries(taken)) {
  const file = require.resolve(`@pulumi/pulumi/runtime/closure/${name}.js`);
  if (require.cache[file] !== undefined) continue;
  const lazy = new Module(file);
  const real = (): Record<string, (...args: readonly unknown[]) => unknown> => {
    if (require.cache[file] === lazy) Reflect.deleteProperty(require.cache, file);
    return require(file) as ReturnType<typeof real>;
  };
  lazy.exports = Object.fromEntries(
    functions.map((key) => [key, (...args: readonly unknown[]) => real()[key]?.(...args)]),
  );
  lazy.loaded = true;
  require.cache[file] = lazy;
}
