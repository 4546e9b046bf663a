/** Writes the SDKs of the providers, out of their package schemas. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { sdks } from "./sdk-packages.ts";

const root = path.dirname(import.meta.dirname);
const files = await sdks();
// The SDKs of other languages beside them are npm run language-sdks'.
for (const folder of new Set([...files.keys()].map((file) => path.dirname(file)))) {
  await rm(path.join(root, folder), { recursive: true, force: true });
}
for (const [file, text] of files) {
  await mkdir(path.join(root, path.dirname(file)), { recursive: true });
  await writeFile(path.join(root, file), text);
  process.stdout.write(`${file}\n`);
}
