import { jsonText, printable } from "../../system/printable.ts";
import { redact, redactObject } from "./redact.ts";
import { messageOf } from "../../system/message-of.ts";

export interface Part {
  readonly path: string;
  readonly text: string;
}

/** Limits of a bundle, in characters. */
export const bundleLimits = { part: 2_000_000, all: 100_000_000 };

/**
 * The files of a bundle. Each file is redacted and shortened here. If one can't be had, the bundle says so;
 * that is no error.
 */
export class Parts {
  readonly #parts: Part[] = [];
  readonly #errors: string[] = [];
  readonly #known: readonly string[];
  readonly #signal: AbortSignal;
  #characters = 0;

  /**
   * @param known secrets of this mesh, to be removed wherever they appear
   * @param signal stops waiting for parts that are still missing
   */
  constructor(known: readonly string[], signal: AbortSignal) {
    this.#known = known;
    this.#signal = signal;
  }

  /** Adds a file, or notes why it couldn't be had. */
  add(path: string, make: () => Promise<string> | string): Promise<void> {
    return this.#try(path, make, (text) => {
      // Control characters first: inside a key they would hide it from the redaction.
      this.#keep(path, redact(printable(text), this.#known));
    });
  }

  /** Adds a file as JSON. Each text in it is redacted on its own, so that it stays valid JSON. */
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

  /** Every file. The last one lists what is missing. */
  all(): readonly Part[] {
    const sorted = this.#parts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    if (this.#errors.length === 0) return sorted;
    const text = printable(`${this.#errors.toSorted().join("\n")}\n`);
    return [...sorted, { path: "errors.txt", text: redact(text, this.#known) }];
  }

  /** @param clean redacted text. Redaction comes before cutting, because half a key isn't recognised. */
  #keep(path: string, clean: string): void {
    const left = Math.min(bundleLimits.part, bundleLimits.all - this.#characters);
    if (left <= 0) {
      this.#errors.push(`${path}: left out, the bundle is full`);
      return;
    }
    // The end of a log says the most.
    const kept =
      clean.length <= left
        ? clean
        : `[the first ${clean.length - left} characters are left out]\n${clean.slice(-left)}`;
    this.#characters += kept.length;
    this.#parts.push({ path: safePath(path), text: kept.endsWith("\n") ? kept : `${kept}\n` });
  }
}

/** A cluster chooses the names of its objects: none may lead out of the archive or control a terminal. */
function safePath(path: string): string {
  return path
    .split("/")
    .map((part) => part.replaceAll(/[^\w.:@+-]/g, "_").replace(/^\.+$/, "_"))
    .join("/");
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("not there in time")), { once: true });
  });
}
