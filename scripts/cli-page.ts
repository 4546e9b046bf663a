/** Writes the help of every command into docs/cli.md. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeProgram } from "../environments/commands/program.ts";
import { refreshHelp } from "./help-page.ts";

const file = path.join(path.dirname(import.meta.dirname), "docs/cli.md");
await writeFile(file, refreshHelp(await readFile(file, "utf8"), makeProgram()));
process.stdout.write("docs/cli.md\n");
