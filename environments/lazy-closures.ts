/**
 * Loads what Pulumi's SDK needs to write functions down only where somebody writes one down. It loads a
 * TypeScript compiler and npm's resolver for that, a quarter of the time that its SDK takes to load, and
 * only programs with dynamic providers or serialized functions have use for them. Ours has neither.
 *
 * To be imported before `@pulumi/pulumi`. It puts functions in the place of those modules'
 * that load the module when they are called, so that everything works as before.
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
