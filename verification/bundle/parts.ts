import { jsonText, printable } from "../../system/printable.ts";
import { redact, redactObject } from "./redact.ts";
import { messageOf } from "../../system/message-of.ts";

/** One file of a bundle. */
export interface Part {
  readonly path: string;
  readonly text: string;
}

/** Limits of a bundle; characters. */
export const bundleLimits = { part: 2_000_000, all: 100_000_000 };

/**
 * What a bundle is made of. Everything passes through here: it is redacted, kept short, and what can't be
 * had is noted instead of being an error.
 */
export class Parts {
  readonly #parts: Part[] = [];
  readonly #errors: string[] = [];
  readonly #known: readonly string[];
  readonly #signal: AbortSignal;
  #characters = 0;

  /**
   * @param known secrets of this mesh, wherever they stand
   * @param signal ends the waiting for parts that are still missing
   */
  constructor(known: readonly string[], signal: AbortSignal) {
    this.#known = known;
    this.#signal = signal;
  }

  /** Adds a file, or notes why it couldn't be had. */
  add(path: string, make: () => Promise<string> | string): Promise<void> {
    return this.#try(path, make, (text) => {
      // First, as what can't be seen in a key would hide it.
      this.#keep(path, redact(printable(text), this.#known));
    });
  }

  /** The same with an object as JSON, which is redacted text by text: it stays what programs read. */
  addJson(path: string, make: () => unknown): Promise<void> {
    return this.#try(path, make, (value) => {
      this.#keep(path, jsonText(redactObject(value, this.#known), 2));
    });
  }

  async #try<T>(path: string, make: () => Promise<T> | T, keep: (made: T) => void): Promise<void> {
    try {
      this.#signal.throwIfAborted();
      keep(await Promise.race([make(), aborted(this.#signal)]));
    } catch (error) {
      const message = messageOf(error);
      this.#errors.push(`${path}: ${message.replaceAll(/\s*\n\s*/g, ": ")}`);
    }
  }

  /** Every file, and last what is missing. */
  all(): readonly Part[] {
    const sorted = this.#parts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    if (this.#errors.length === 0) return sorted;
    const text = printable(`${this.#errors.toSorted().join("\n")}\n`);
    return [...sorted, { path: "errors.txt", text: redact(text, this.#known) }];
  }

  /** @param clean redacted, which goes before cutting: half of a key isn't known as one */
  #keep(path: string, clean: string): void {
    const left = Math.min(bundleLimits.part, bundleLimits.all - this.#characters);
    if (left <= 0) {
      this.#errors.push(`${path}: left out, the bundle is full`);
      return;
    }
    // The end of a log is what tells.
    const kept =
      clean.length <= left
        ? clean
        : `[the first ${clean.length - left} characters are left out]\n${clean.slice(-left)}`;
    this.#characters += kept.length;
    this.#parts.push({ path: safePath(path), text: kept.endsWith("\n") ? kept : `${kept}\n` });
  }
}

/** Names of clusters' objects are a cluster's word: none leads out of the archive, or steers a terminal. */
function safePath(path: string): string {
  return path
    .split("/")
    .map((part) => part.replaceAll(/[^\w.:@+-]/g, "_").replace(/^\.+$/, "_"))
    .join("/");
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        reject(new Error("not there in time"));
      },
      { once: true },
    );
  });
}
