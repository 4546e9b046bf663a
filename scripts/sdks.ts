/** Writes the SDKs of the providers, out of their package schemas. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { sdks } from "./sdk-packages.ts";

const root = path.dirname(import.meta.dirname);
const files = await sdks();
await rm(path.join(root, "sdks"), { recursive: true, force: true });
for (const [file, text] of files) {
  await mkdir(path.join(root, path.dirname(file)), { recursive: true });
  await writeFile(path.join(root, file), text);
  process.stdout.write(`${file}\n`);
}
