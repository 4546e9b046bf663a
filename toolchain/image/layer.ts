import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack, type Header, type Pack } from "tar-stream";

/** A file, link or directory of a layer. `path` is relative to the image's root. */
export type LayerEntry =
  | { readonly path: string; readonly mode?: number; readonly content: string }
  | { readonly path: string; readonly mode?: number; readonly file: string }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly mode?: number; readonly directory: true };

/** A layer on disk, as an uncompressed tar. */
export interface Layer {
  readonly path: string;
  /** `sha256:` of the uncompressed tar, as in an image's configuration. */
  readonly diffId: string;
  /** Size in bytes. */
  readonly size: number;
}

/** All entries have the same time, so that equal content gives an equal layer on every machine. */
export const fixedTime = new Date(0);

export type TarHeader = Partial<Header> & Pick<Header, "name">;

/** Returns a header that does not depend on the user and machine that write the tar. */
export function header(name: string, rest: Partial<Header>): TarHeader {
  return { uid: 0, gid: 0, mtime: fixedTime, ...rest, name };
}

/** Returns all parent directories of the entries, each before its content. */
export function parentDirectories(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    for (let up = posix.dirname(path); up !== "." && up !== "/"; up = posix.dirname(up)) {
      parents.add(up);
    }
  }
  return [...parents].sort();
}

/**
 * Writes a layer: sorted by path, owned by root, with missing directories added (mode 0755).
 *
 * @throws if two entries have the same path, or a path leaves the image's root.
 */
export async function writeLayer(entries: readonly LayerEntry[], to: string): Promise<Layer> {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const seen = new Set<string>();
  for (const { path } of sorted) {
    if (path.startsWith("/") || posix.normalize(path) !== path || path.startsWith("..")) {
      throw new Error(`layer ${to}: "${path}" is no plain path below the image's root`);
    }
    if (seen.has(path)) throw new Error(`layer ${to}: "${path}" is given twice`);
    seen.add(path);
  }
  const tar = pack();
  const filled = fill(tar, sorted, seen);
  // This promise is awaited below. If the pipeline fails first, its rejection must not be unhandled.
  filled.catch((error: unknown) => tar.destroy(error as Error));
  const layer = await hashInto(tar, to);
  await filled;
  return layer;
}

/** Describes an existing tar as a layer. */
export async function layerOfTar(path: string): Promise<Layer> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return { path, diffId: `sha256:${hash.digest("hex")}`, size: (await stat(path)).size };
}

/**
 * Adds one entry and waits until it is written, which keeps memory use low.
 *
 * @param content - none for links and directories
 */
export async function addEntry(
  tar: Pack,
  head: TarHeader,
  content: string | { readonly file: string } = "",
): Promise<void> {
  if (typeof content === "string") {
    await new Promise<void>((resolve, reject) => {
      tar.entry(head, content, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  } else {
    await pipeline(createReadStream(content.file, { highWaterMark: 1 << 20 }), tar.entry(head));
  }
}

async function fill(tar: Pack, entries: readonly LayerEntry[], given: ReadonlySet<string>) {
  for (const path of parentDirectories([...given])) {
    if (!given.has(path))
      await addEntry(tar, header(`${path}/`, { type: "directory", mode: 0o755 }));
  }
  for (const entry of entries) {
    if ("link" in entry) {
      const head = header(entry.path, { type: "symlink", linkname: entry.link, mode: 0o777 });
      await addEntry(tar, head);
    } else if ("directory" in entry) {
      const head = header(`${entry.path}/`, { type: "directory", mode: entry.mode ?? 0o755 });
      await addEntry(tar, head);
    } else if ("content" in entry) {
      const size = Buffer.byteLength(entry.content);
      await addEntry(tar, header(entry.path, { size, mode: entry.mode ?? 0o644 }), entry.content);
    } else {
      const { size } = await stat(entry.file);
      const head = header(entry.path, { size, mode: entry.mode ?? 0o644 });
      await addEntry(tar, head, { file: entry.file });
    }
  }
  tar.finalize();
}

async function hashInto(tar: Pack, to: string): Promise<Layer> {
  const hash = createHash("sha256");
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(tar, meter, createWriteStream(to));
  return { path: to, diffId: `sha256:${hash.digest("hex")}`, size };
}
