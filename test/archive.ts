import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

/** The files of a `.tar.gz`. Paths leave out the folder that contains all of them. */
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
