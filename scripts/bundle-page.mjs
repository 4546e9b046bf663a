// Makes the files of the live page out of ui/web: when the npm package is built, and in a checkout whenever the
// page is served.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, "ui/web");

/**
 * @param {{ minify: boolean }} options
 * @returns {Promise<{ files: Map<string, Uint8Array>, inputs: string[] }>} contents by file name, and the files that
 * became part of them
 */
export async function bundlePage({ minify }) {
  const { outputFiles, metafile } = await esbuild.build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: [path.join(folder, "main.tsx")],
    bundle: true,
    format: "esm",
    target: ["es2022"],
    jsx: "automatic",
    jsxImportSource: "preact",
    minify,
    legalComments: "inline",
    write: false,
    outdir: folder,
    entryNames: "app",
    logLevel: "silent",
  });
  const files = new Map(outputFiles.map((file) => [path.basename(file.path), file.contents]));
  for (const name of ["index.html", "icon.svg"]) {
    files.set(name, await readFile(path.join(folder, name)));
  }
  return { files, inputs: Object.keys(metafile.inputs) };
}
