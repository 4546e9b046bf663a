import { createHash } from "node:crypto";
import { join } from "node:path";

/** A program that the toolchain has built or found. */
export interface BuiltBinary {
  readonly path: string;
  /** Changes when the program does: version and hash of what it was built from. */
  readonly key: string;
}

/** What the makers of images are given. */
export interface ImageContext {
  /** The package's cache folder. */
  readonly cache: string;
  /** Environment of what is called, with `go` and `docker` on its PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** One line per step, for a person who waits. */
  readonly onProgress?: (detail: string) => void;
}

/** Where layers, archives and half-made things lie. */
export function imageFolders(cache: string) {
  return {
    layers: join(cache, "layers"),
    archives: join(cache, "archives"),
    work: join(cache, "work"),
  };
}

/**
 * Short name of a set of inputs: equal inputs, equal key, on every machine. The order of an object's
 * keys does not count.
 */
export function keyOf(inputs: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(inputs)))
    .digest("hex")
    .slice(0, 12);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
