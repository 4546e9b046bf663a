import { readFile } from "node:fs/promises";
import path from "node:path";
import { format, type FormatConfig } from "oxfmt";

const configuration = path.join(import.meta.dirname, "../.oxfmtrc.json");

/**
 * A generated text as `npm run format` leaves it.
 *
 * @param name the name of its file, which tells the language
 * @param options besides those of the project
 * @throws Error if the text can't be read
 */
export async function formatted(
  name: string,
  text: string,
  options: FormatConfig = {},
): Promise<string> {
  const own = JSON.parse(await readFile(configuration, "utf8")) as FormatConfig;
  const { code, errors } = await format(name, text, { ...own, ...options });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${name}: ${error.message}`);
  return code;
}

/** A page of the docs, or a part of one, wrapped anew. */
export function formattedPage(text: string): Promise<string> {
  return formatted("page.md", text, { proseWrap: "always", printWidth: 115 });
}
