/** Writes the tables of Linkerd's releases into docs/linkerd-versions.md. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { refreshVersions } from "./versions-table.ts";

const file = path.join(path.dirname(import.meta.dirname), "docs/linkerd-versions.md");
await writeFile(file, await refreshVersions(await readFile(file, "utf8")));
process.stdout.write("docs/linkerd-versions.md\n");
