import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { openPlainFile, unreadableBecause } from "../system/plain-file.ts";

/** What the user provided is not what they meant to provide. The message is for people. */
export class GivenImagesError extends Error {
  override readonly name = "GivenImagesError";
}

/** An image archive that the user provided. */
export interface GivenArchive {
  readonly path: string;
  /** References of the images in the archive. */
  readonly references: readonly string[];
}

/**
 * Reads which images the archives in a directory contain: files `*.tar`, `*.tar.gz` and `*.tgz` as
 * `docker save`, `ctr images export`, skopeo or crane write them.
 *
 * @throws if the directory cannot be read, or a file in it is not an image archive.
 */
export async function readGivenImages(directory: string): Promise<GivenArchive[]> {
  const names = await readdir(directory).catch((problem: unknown) => {
    const { code } = problem as NodeJS.ErrnoException;
    const why = code === "ENOTDIR" ? "it is not a directory" : unreadableBecause(problem);
    throw new GivenImagesError(
      `IMAGES=${directory} can't be read: ${why}. Give a directory of image archives that you may read`,
    );
  });
  const archives = names.filter((name) => /\.(?:tar|tar\.gz|tgz)$/.test(name)).sort();
  if (archives.length === 0) {
    throw new GivenImagesError(
      `IMAGES=${directory} has no archive (*.tar, *.tar.gz, *.tgz): fill it with "docker save -o FILE.tar IMAGE"`,
    );
  }
  const read = await Promise.allSettled(
    archives.map(async (name) => {
      const path = join(directory, name);
      return { path, references: await readReferences(path) };
    }),
  );
  const problems = read.flatMap((one) =>
    one.status === "rejected" ? [`\n  ${(one.reason as Error).message}`] : [],
  );
  if (problems.length > 0) {
    throw new GivenImagesError(
      `IMAGES=${directory} has unusable files:${problems.join("")}\n` +
        'Write each of them again with "docker save -o FILE.tar IMAGE", or remove it from the directory',
    );
  }
  return read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/**
 * Returns the references of the images in one archive.
 *
 * @throws if the file is not an image archive.
 */
export async function readReferences(path: string): Promise<string[]> {
  const { manifest, index } = await readDescriptions(path).catch((problem: unknown) => {
    throw new Error(`${path} is not an archive of images: ${unreadableBecause(problem)}`, {
      cause: problem,
    });
  });
  // An archive may contain both descriptions. docker save of Docker 25 and later writes both.
  const references = [...referencesOfManifest(manifest), ...referencesOfIndex(index)];
  if (manifest === undefined && index === undefined) {
    throw new Error(
      `${path} is not an archive of images: it has neither manifest.json (docker save) nor index.json (OCI layout)`,
    );
  }
  return [...new Set(references)];
}

/** Returns the references in the `manifest.json` of `docker save`. */
export function referencesOfManifest(manifest: unknown): string[] {
  return listIn(manifest).flatMap((image) =>
    listIn(propertyOf(image, "RepoTags")).filter((one) => typeof one === "string"),
  );
}

/** Returns the references in the `index.json` of an OCI layout. */
export function referencesOfIndex(index: unknown): string[] {
  return listIn(propertyOf(index, "manifests")).flatMap((manifest) => {
    const annotations = propertyOf(manifest, "annotations");
    const name =
      propertyOf(annotations, "io.containerd.image.name") ??
      propertyOf(annotations, "org.opencontainers.image.ref.name");
    // The second one is often a bare tag without a repository.
    return typeof name === "string" && name.includes("/") ? [name] : [];
  });
}

/** Reads a property of untrusted JSON, which may have any shape. */
function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

interface Descriptions {
  readonly manifest?: unknown;
  readonly index?: unknown;
}

async function readDescriptions(path: string): Promise<Descriptions> {
  const file = await openPlainFile(path);
  if ((await file.stat()).size === 0) {
    await file.close();
    throw new Error("it is empty");
  }
  const found: { manifest?: unknown; index?: unknown } = {};
  const entries = extract();
  entries.on("entry", (header, stream, next) => {
    // If an archive is truncated, the entry being read fails as well. An unhandled error event would
    // end the process.
    stream.on("error", () => undefined);
    const name = header.name.replace(/^\.\//, "");
    if (name !== "manifest.json" && name !== "index.json") {
      stream.on("end", next);
      stream.resume();
      return;
    }
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: unknown) => chunks.push(chunk as Buffer));
    stream.on("end", () => {
      try {
        const content: unknown = JSON.parse(Buffer.concat(chunks).toString());
        if (name === "manifest.json") found.manifest = content;
        else found.index = content;
        next();
      } catch (problem) {
        // Throwing here would end the process.
        next(new Error(`its ${name} is not valid JSON`, { cause: problem }));
      }
    });
  });
  const content: Readable = file.createReadStream();
  try {
    if (path.endsWith(".tar")) await pipeline(content, entries);
    else await pipeline(content, createGunzip(), entries);
  } catch (problem) {
    const { code, message } = problem as NodeJS.ErrnoException;
    const isCut = code === "Z_BUF_ERROR" || message === "Unexpected end of data";
    throw isCut ? new Error("it is truncated", { cause: problem }) : problem;
  }
  return found;
}
