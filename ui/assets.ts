import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** A file of the page. */
export interface Asset {
  /** Media type. */
  readonly type: string;
  readonly content: Uint8Array;
}

/** What the page is made of, each with its media type. */
const types: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "app.js": "text/javascript; charset=utf-8",
  "app.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** Makes the page's files: file name → content. */
type Bundle = (options: {
  readonly minify: boolean;
}) => Promise<{ readonly files: ReadonlyMap<string, Uint8Array> }>;

/** The page's files: those that the npm package has, or what a checkout's sources make now. */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = path.join(import.meta.dirname, "web");
  const sources = existsSync(path.join(folder, "main.tsx"));
  const content = sources ? await bundled() : await built(folder);
  return new Map(
    Object.entries(types).map(([name, type]) => {
      const file = content.get(name);
      if (file === undefined) throw new Error(`the page's ${name} is missing`);
      return [name, { type, content: file }];
    }),
  );
}

async function bundled(): Promise<ReadonlyMap<string, Uint8Array>> {
  const script = path.join(import.meta.dirname, "../scripts/bundle-page.mjs");
  const { bundlePage } = (await import(pathToFileURL(script).href)) as { bundlePage: Bundle };
  return (await bundlePage({ minify: false })).files;
}

async function built(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = Object.keys(types);
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(path.join(folder, name))] as const),
    ),
  );
}
