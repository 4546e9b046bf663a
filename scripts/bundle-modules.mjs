// Bundles the package's JavaScript: a program that imports the package reads some files of it, not some hundreds.
// Packages among `devDependencies` that the code imports become part of it, those among `dependencies` don't.
import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import path from "node:path";
import * as esbuild from "esbuild";
import { entriesOf } from "./entries.mjs";

/**
 * The modules that are loaded by their path, without extension. All others are in `chunks/`: a module is in one file
 * only, so that a class is the same whichever entry it comes from, and what is imported lazily stays so.
 *
 * @param {string} root of the project
 * @returns {string[]}
 */
export const modulesOf = (root) => [
  ...entriesOf(root),
  // Processes: Pulumi's program, the command line, what removes a run, the plugins, the policy pack.
  "index",
  "environments/main",
  "environments/guardian",
  "plugin/main",
  "providers/kind/main",
  "policy-pack/policies",
  // For tests, which serve the components of an installed package beside doubles.
  "plugin/provider",
  "providers/server/index",
];

const place = "scripts/package-place.mjs";

/** CommonJS packages of our dependencies that take long to import. */
const commonJs = /^(@pulumi\/(pulumi|kubernetes|tls)|@grpc\/grpc-js|google-protobuf)(\/|$)/;

/** Our own SDKs, which only this package imports. Programs get their classes from the library. */
const ownSdks = { "@pulumi/kind": "sdks/kind", "@linkerd-topology/mesh": "sdks/mesh" };

/**
 * @param {string} root of the project
 * @param {string} dist
 * @returns {Promise<string[]>} the files that became part of it
 */
export async function bundleModules(root, dist) {
  const { dependencies, peerDependencies } = JSON.parse(
    await readFile(path.join(root, "package.json"), "utf8"),
  );
  const { metafile } = await esbuild.build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: modulesOf(root).map((name) => ({ in: `${name}.ts`, out: name })),
    outdir: dist,
    chunkNames: "chunks/[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.17",
    external: Object.keys({ ...dependencies, ...peerDependencies }).flatMap((name) => [
      name,
      `${name}/*`,
    ]),
    // Two modules may have a name in common, which one of them then loses.
    keepNames: true,
    logLevel: "warning",
    plugins: [inPlace(root), loaded(root)],
  });
  const [chunk] = Object.entries(metafile.outputs).find(([, { inputs }]) => place in inputs);
  if (path.basename(path.dirname(chunk)) !== "chunks") {
    throw new Error(`${place} has to be in dist/chunks/, but it is in ${chunk}`);
  }
  return Object.keys(metafile.inputs);
}

/**
 * The licenses of the packages that are part of a bundle: those that they ask to hand on with every copy.
 *
 * @param {string} root of the project
 * @param {readonly string[]} inputs what is in the bundle
 * @returns {Promise<string>}
 */
export async function licenses(root, inputs) {
  const packages = new Set(
    inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const texts = [...packages].sort().map(async (folder) => {
    const [file] = (await readdir(path.join(root, folder))).filter((name) =>
      /^licen[cs]e/i.test(name),
    );
    if (file === undefined) {
      throw new Error(`${folder} has no file with its license, which dist/ must hand on`);
    }
    const text = await readFile(path.join(root, folder, file), "utf8");
    return `${folder.replace(/^.*node_modules\//, "")}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

/** A module finds the files beside it: they are where they were, and the module isn't. */
function inPlace(root) {
  return {
    name: "in-place",
    setup(build) {
      build.onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path: file }) => {
        const text = await readFile(file, "utf8");
        const here = path.join(root, place);
        if (!text.includes("import.meta.dirname") || file === here) return undefined;
        const folder = JSON.stringify(`/${path.relative(root, path.dirname(file))}`);
        const contents =
          text.replaceAll("import.meta.dirname", `(packagePlace + ${folder})`) +
          `\nimport { packagePlace } from ${JSON.stringify(here)};\n`;
        return { contents, loader: file.endsWith(".ts") ? "ts" : "js" };
      });
    },
  };
}

/**
 * Loads CommonJS packages by `require`. An `import` makes Node.js read each of their files a second time, for the names
 * of what they export: a tenth of the time that it takes to import Pulumi's SDK.
 */
function loaded(root) {
  return {
    name: "loaded",
    setup(build) {
      build.onResolve({ filter: commonJs }, ({ path: name, kind }) =>
        kind === "import-statement"
          ? { path: name, namespace: "loaded" }
          : { path: name, external: true },
      );
      // What packages in the bundle require of Node.js itself.
      build.onResolve({ filter: /./ }, ({ path: name, kind }) =>
        kind === "require-call" && isBuiltin(name)
          ? { path: name, namespace: "loaded" }
          : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "loaded" }, ({ path: name }) => ({
        contents: `module.exports = require(${JSON.stringify(path.join(root, place))}).load(${JSON.stringify(name)});`,
        resolveDir: root,
      }));
      build.onResolve({ filter: /^@(pulumi\/kind|linkerd-topology\/mesh)$/ }, ({ path: name }) => ({
        path: path.join(root, ownSdks[name], "index.js"),
      }));
    },
  };
}
