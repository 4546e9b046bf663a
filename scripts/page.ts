/** Writes the generated part of a page of the docs, such as `cli`. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeProgram } from "../environments/commands/program.ts";
import { refreshHelp } from "./help-page.ts";
import { topologySchema } from "./json-schema.ts";
import { refreshOutputs } from "./outputs-table.ts";
import { refreshReference } from "./reference-page.ts";
import { refreshVersions } from "./versions-table.ts";

const pages: Readonly<Record<string, (page: string) => string | Promise<string>>> = {
  cli: (page) => refreshHelp(page, makeProgram()),
  library: refreshOutputs,
  "linkerd-versions": refreshVersions,
  topology: (page) => refreshReference(page, topologySchema()),
};
const [name = ""] = process.argv.slice(2);
const refresh = pages[name];
if (refresh === undefined) throw new Error(`there is none for the page "${name}"`);
const file = `docs/${name}.md`;
const place = path.join(path.dirname(import.meta.dirname), file);
await writeFile(place, await refresh(await readFile(place, "utf8")));
process.stdout.write(`${file}\n`);
