/**
 * Every place where the package changes the behaviour of Pulumi's SDK in its process, each with the reason.
 * For each one, test/graph/pulumi-patches.test.ts shows the fault in the published SDK. If a test there
 * fails, the patch is no longer needed.
 *
 * The file must be imported before `@pulumi/pulumi`, and therefore imports nothing of it.
 */
import { createRequire, Module } from "node:module";

const require = createRequire(import.meta.url);

/** The functions that the SDK imports from its own modules while it loads. */
const closures = {
  serializeClosure: ["serializeFunction", "serializeFunctionAsync"],
  codePaths: ["computeCodePaths"],
};

// At its start the SDK loads a TypeScript compiler and npm's resolver: a third of the processor time of
// loading it. Only programs with dynamic providers or serialized functions use them (pulumi/pulumi#10214 made
// the compiler lazy once). With this patch they are loaded when one of their functions is called.
for (const [name, functions] of Object.entries(closures)) {
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

/** For the program of a plain `pulumi up`, which has the process to itself. */
export function patchRunner(): void {
  // Pulumi's runner looks up source maps for each stack that somebody reads (pulumi/pulumi#18108), so for
  // every promise of every resource: a third of the program's time. There are no source maps, because Node.js
  // runs the sources themselves.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  enter();
}

/** Runs an update with an inline program. Outside it, everything in this process has the unchanged SDK. */
export async function withPatches<T>(update: () => Promise<T>): Promise<T> {
  enter();
  try {
    return await update();
  } finally {
    leave();
  }
}

let running = 0;
let usualLimit = Error.stackTraceLimit;

function enter(): void {
  if (!replaced) replaceFunctions();
  if (running++ > 0) return;
  // The SDK records where each of its thousands of promises was created, in case one never settles. Two
  // frames are enough for an unexpected error.
  usualLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 2;
}

function leave(): void {
  if (--running === 0) Error.stackTraceLimit = usualLimit;
}

let replaced = false;

function replaceFunctions(): void {
  replaced = true;
  const log = require("@pulumi/pulumi/log/index.js") as typeof import("@pulumi/pulumi").log;
  const { Resource } = require("@pulumi/pulumi/resource.js") as typeof import("@pulumi/pulumi");
  // The SDK reports every step with every resource to the engine, in separate calls with all of its inputs,
  // keys included, whether or not anybody asked: a third of the remaining time (pulumi/pulumi#7146). `pulumi
  // --debug` shows the engine's side; LINKERD_TOPOLOGY_DEBUG enables these reports again.
  if (process.env["LINKERD_TOPOLOGY_DEBUG"] === undefined) {
    duringUpdates(log, "debug", () => Promise.resolve());
  }
  // It sends the whole stack of each resource's constructor to the engine, which keeps it in the state: a sixth
  // of the bytes that are written before and after each resource, with paths of this machine
  // (pulumi/pulumi#20430). Nobody reads them: they lead to the package's own components. Older SDKs send none.
  if ("stackTrace" in Resource) duringUpdates(Resource, "stackTrace", () => []);
}

/** Puts another function in the place of one of the SDK's while an update runs. */
function duringUpdates(owner: object, name: string, instead: () => unknown): void {
  const real = Reflect.get(owner, name) as (...args: readonly unknown[]) => unknown;
  Reflect.set(owner, name, (...args: readonly unknown[]) =>
    running > 0 ? instead() : Reflect.apply(real, owner, args),
  );
}
