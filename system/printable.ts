import { stripVTControlCharacters } from "node:util";

/**
 * What steers a terminal, turns the direction of writing, or can't be seen, but for the ends of lines, tabs
 * and what joins letters. No XML may hold most of it.
 */
const steering =
  /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/**
 * Text of others (clusters, Docker, Helm, files) as it can be shown: without escape sequences, and with a mark
 * in the place of every other character that isn't one to read. Lines stay lines.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\r\n?/g, "\n").replaceAll(steering, "\ufffd");
}

/** Every text in a value, at any depth. What renders observations begins with this. */
export function printableIn<T>(value: T): T {
  return mapped(value) as T;
}

function mapped(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [printable(key), mapped(inner)]),
  );
}

/** Every line of it behind an indent: none of somebody else's looks like one of our own. */
export function indented(text: string, indent: string): string {
  return text.replaceAll(/^/gm, indent);
}

/** JSON that says the same and steers no terminal: what `JSON.stringify` leaves as it is, is escaped too. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(steering, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
