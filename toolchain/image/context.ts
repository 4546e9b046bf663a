import { createHash } from "node:crypto";
import { join } from "node:path";

/** A program that the toolchain has built or found. */
export interface BuiltBinary {
  readonly path: string;
  /** Version and hash of the inputs. It changes when the program changes. */
  readonly key: string;
}

export interface ImageContext {
  /** The package's cache folder. */
  readonly cache: string;
  /** Environment of the commands that are run, with `go` and `docker` on its PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives one line for each step. */
  readonly onProgress?: (detail: string) => void;
}

/** Folders for layers, archives and unfinished work. */
export function imageFolders(cache: string) {
  return {
    layers: join(cache, "layers"),
    archives: join(cache, "archives"),
    work: join(cache, "work"),
  };
}

/**
 * Returns a short hash of the inputs. Equal inputs give an equal key on every machine; the order of an
 * object's keys does not matter.
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
