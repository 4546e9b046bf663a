import { formattedPage } from "./format.ts";

/**
 * A page of the docs with another text between `<!-- NAME -->` and `<!-- end -->`.
 *
 * @throws Error if the page lacks the markers
 */
export async function withGeneratedPart(page: string, name: string, text: string): Promise<string> {
  const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`there is no place for it: <!-- ${name} -->`);
  const part = await formattedPage(text);
  return page.replace(marked, (_, begin: string, end: string) => `${begin}\n${part}\n${end}`);
}

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
