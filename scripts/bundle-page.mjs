// Makes the files of the live page out of ui/web: when the npm package is built, and in a checkout whenever the
// page is served.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "ui/web");

/**
 * @param {{ minify: boolean }} options
 * @returns {Promise<Map<string, Uint8Array>>} content by file name
 */
export async function bundlePage({ minify }) {
  const { outputFiles } = await esbuild.build({
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
  return files;
}
