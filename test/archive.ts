import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

/** Files of a `.tar.gz`, by their paths without the folder that all of them are in. */
export async function readArchive(file: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const archive = Readable.from([await readFile(file)])
    .pipe(createGunzip())
    .pipe(extract());
  for await (const entry of archive) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name.split("/").slice(1).join("/"), Buffer.concat(chunks).toString());
  }
  return files;
}
