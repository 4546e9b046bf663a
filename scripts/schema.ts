/** Writes the JSON schemas, from the schemas in planning/. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { formatSchema, schemaFiles, stackSchema, topologySchema } from "./json-schema.ts";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

for (const [file, schema] of [
  [schemaFiles.topology, topologySchema()],
  [schemaFiles.stack, stackSchema()],
] as const) {
  await writeFile(path.join(root, file), await formatSchema(schema));
  process.stdout.write(`${file}\n`);
}
