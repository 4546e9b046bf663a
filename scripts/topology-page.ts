/** Writes the reference of a topology's keys into docs/topology.md. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { topologySchema } from "./json-schema.ts";
import { refreshReference } from "./reference-page.ts";

const file = path.join(path.dirname(import.meta.dirname), "docs/topology.md");
await writeFile(file, await refreshReference(await readFile(file, "utf8"), topologySchema()));
process.stdout.write("docs/topology.md\n");
