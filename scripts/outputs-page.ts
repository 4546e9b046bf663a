/** Writes the table of the inputs that may be outputs into docs/library.md. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { refreshOutputs } from "./outputs-table.ts";

const file = path.join(path.dirname(import.meta.dirname), "docs/library.md");
await writeFile(file, await refreshOutputs(await readFile(file, "utf8")));
process.stdout.write("docs/library.md\n");
