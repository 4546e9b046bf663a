import { stripVTControlCharacters } from "node:util";

/**
 * Characters that control a terminal, change the direction of writing, or are invisible, except line ends,
 * tabs and joiners of letters. XML doesn't allow most of them.
 */
const steering =
  /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/**
 * Makes text of others (clusters, Docker, Helm, files) safe to show: it removes escape sequences and replaces
 * every other unreadable character by a mark. Lines stay lines.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\r\n?/g, "\n").replaceAll(steering, "\ufffd");
}

/** Does so with every text in a value, at any depth. Everything that renders observations calls it first. */
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

/** Indents every line, so that nobody else's text looks like the package's own. */
export function indented(text: string, indent: string): string {
  return text.replaceAll(/^/gm, indent);
}

/** JSON that can't control a terminal: it also escapes what `JSON.stringify` leaves as it is. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(steering, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
