import { mkdir, open, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";

const inflate = promisify(inflateRaw);

const endSignature = 0x06054b50;
const endLength = 22;
const entrySignature = 0x02014b50;
const entryLength = 46;
const localLength = 30;
const longestComment = 0xffff;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly compressed: number;
  readonly offset: number;
}

/**
 * Unpacks a zip archive of Go's module mirror: no encryption, below 4 GiB, no file modes.
 *
 * @param strip - only entries whose name starts with this are unpacked, without it
 * @throws if the file is not such an archive.
 */
export async function unzip(
  archive: string,
  folder: string,
  { strip, remove = false }: { readonly strip: string; readonly remove?: boolean },
): Promise<void> {
  const file = await open(archive);
  try {
    for (const entry of await readEntries(file, archive)) {
      if (!entry.name.startsWith(strip) || entry.name.endsWith("/")) continue;
      const relative = normalize(entry.name.slice(strip.length));
      if (relative.startsWith("..") || relative.startsWith("/")) {
        throw new Error(`${archive}: ${entry.name} leads out of the archive`);
      }
      const target = join(folder, relative);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await contentOf(file, entry, archive));
    }
  } finally {
    await file.close();
  }
  if (remove) await rm(archive);
}

async function readEntries(file: FileHandle, archive: string): Promise<Entry[]> {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - endLength - longestComment), size);
  let end = tail.length - endLength;
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
  if (end < 0) throw new Error(`${archive} is not a zip archive`);
  const count = tail.readUInt16LE(end + 10);
  const start = tail.readUInt32LE(end + 16);
  const directory = await read(file, start, start + tail.readUInt32LE(end + 12));

  const entries: Entry[] = [];
  for (let at = 0, index = 0; index < count; index++) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new Error(`${archive} is damaged`);
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString("utf8", at + entryLength, at + entryLength + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressed: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at +=
      entryLength + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function contentOf(file: FileHandle, entry: Entry, archive: string): Promise<Buffer> {
  const local = await read(file, entry.offset, entry.offset + localLength);
  const start = entry.offset + localLength + local.readUInt16LE(26) + local.readUInt16LE(28);
  const content = await read(file, start, start + entry.compressed);
  if (entry.method === 0) return content;
  if (entry.method === 8) return inflate(content);
  throw new Error(`${archive}: ${entry.name} uses an unsupported compression method`);
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}
