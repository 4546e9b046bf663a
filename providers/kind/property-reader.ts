import { didYouMean } from "../../planning/topology/suggest.ts";
import { containsUnknown, isPropertyMap } from "../server/index.ts";
import type { CheckFailure, PropertyMap, Value } from "../server/index.ts";

/**
 * Reads properties one by one and collects everything that is wrong with them. A value that is not
 * known yet (in a preview) passes unread, as undefined.
 */
export class PropertyReader {
  readonly failures: CheckFailure[] = [];
  readonly inputs: PropertyMap = {};
  readonly #news: PropertyMap;

  constructor(news: PropertyMap, known: readonly string[]) {
    this.#news = news;
    for (const key of Object.keys(news)) {
      // The engine's own additions, such as __defaults.
      if (known.includes(key) || key.startsWith("__")) continue;
      const suggestion = didYouMean(key, known);
      this.fail(
        key,
        `not a property of this resource; ${suggestion ?? `it has ${known.join(", ")}`}`,
      );
    }
  }

  fail(property: string, reason: string): void {
    this.failures.push({ property, reason: `${property}: ${reason}` });
  }

  string(key: string, rule?: (value: string) => string | undefined): string | undefined {
    return this.#read(key, (value) => {
      if (typeof value !== "string") return this.#wrong(key, "a string", value);
      if (value === "") return this.#failed(key, "is empty");
      const problem = rule?.(value);
      return problem === undefined ? value : this.#failed(key, problem);
    });
  }

  integer(key: string, least: number, most: number): number | undefined {
    return this.#read(key, (value) => this.#integer(key, value, least, most));
  }

  strings(key: string, rule?: (value: string, index: number) => string | undefined) {
    return this.#read(key, (value) => {
      if (!Array.isArray(value)) return this.#wrong(key, "a list of strings", value);
      return this.#strings(key, value, rule);
    });
  }

  /** A map of lists of strings. */
  stringLists(key: string, rule: (name: string, value: string) => string | undefined) {
    return this.#read(key, (value) => {
      if (!isPropertyMap(value)) return this.#wrong(key, "a map of lists of strings", value);
      const result: Record<string, readonly string[]> = {};
      for (const [name, list] of Object.entries(value)) {
        const path = `${key}[${JSON.stringify(name)}]`;
        if (!Array.isArray(list)) this.#wrong(path, "a list of strings", list);
        else result[name] = this.#strings(path, list, (item) => rule(name, item)) ?? [];
      }
      return result;
    });
  }

  /** A map whose values somebody else looks at. */
  map(key: string): PropertyMap | undefined {
    return this.#read(key, (value) =>
      isPropertyMap(value) ? value : this.#wrong(key, "a map", value),
    );
  }

  /** A map of strings. */
  stringMap(key: string) {
    return this.#read(key, (value) => {
      if (!isPropertyMap(value)) return this.#wrong(key, "a map of strings", value);
      const result: Record<string, string> = {};
      for (const [name, item] of Object.entries(value)) {
        if (typeof item === "string") result[name] = item;
        else this.#wrong(`${key}[${JSON.stringify(name)}]`, "a string", item);
      }
      return result;
    });
  }

  /** A list of objects, each read by a reader of its own. */
  objects<T>(
    key: string,
    known: readonly string[],
    read: (reader: PropertyReader, index: number) => T,
  ): T[] | undefined {
    return this.#read(key, (value) => {
      if (!Array.isArray(value)) return this.#wrong(key, "a list of objects", value);
      return value.flatMap((item, index) => {
        const path = `${key}[${index}]`;
        if (!isPropertyMap(item)) {
          this.#wrong(path, "an object", item);
          return [];
        }
        const reader = new PropertyReader(item, known);
        const result = read(reader, index);
        for (const { property, reason } of reader.failures) {
          this.failures.push({ property: `${path}.${property}`, reason: `${path}.${reason}` });
        }
        return reader.failures.length === 0 ? [result] : [];
      });
    });
  }

  /** Fails for each that has neither a value nor an unknown. */
  require(keys: readonly string[]): void {
    for (const key of keys) {
      if ((this.#news[key] ?? null) === null) this.fail(key, "is missing");
    }
  }

  /** Whether a value is there that will be known only later. */
  isUnknown(key: string): boolean {
    return containsUnknown(this.#news[key]);
  }

  #read<T>(key: string, read: (value: Value) => T | null): T | undefined {
    const value = this.#news[key];
    if (value === undefined || value === null) return undefined;
    // In the order of the reading, so that equal inputs are equal texts.
    this.inputs[key] = value;
    return containsUnknown(value) ? undefined : (read(value) ?? undefined);
  }

  #strings(
    path: string,
    list: readonly Value[],
    rule?: (value: string, index: number) => string | undefined,
  ): string[] | null {
    const before = this.failures.length;
    list.forEach((item, index) => {
      if (typeof item !== "string") {
        this.#wrong(`${path}[${index}]`, "a string", item);
        return;
      }
      const problem = item === "" ? "is empty" : rule?.(item, index);
      if (problem !== undefined) this.fail(`${path}[${index}]`, problem);
    });
    return this.failures.length === before ? (list as string[]) : null;
  }

  #integer(path: string, value: Value, least: number, most: number): number | null {
    if (typeof value !== "number" || !Number.isInteger(value)) {
      return this.#wrong(path, "a whole number", value);
    }
    if (value < least || value > most) {
      return this.#failed(path, `is ${value}, but has to be from ${least} to ${most}`);
    }
    return value;
  }

  #failed(path: string, reason: string): null {
    this.fail(path, reason);
    return null;
  }

  #wrong(path: string, expected: string, value: Value): null {
    return this.#failed(path, `has to be ${expected}, not ${describe(value)}`);
  }
}

function describe(value: Value): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : JSON.stringify(value);
}
