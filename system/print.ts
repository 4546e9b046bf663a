import { jsonText, printable } from "./printable.ts";

/** The escape sequences of {@link styleOf}, and no others. */
const ownColors = new RegExp(`(${String.fromCharCode(27)}\\[(?:1|2|22|31|32|33|39)m)`);

/**
 * Text that is safe to print, whoever wrote it: it can't control the terminal, and on GitHub it contains no
 * workflow command.
 */
export function forPeople(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return defused(printable(text), env);
}

/** The same for text that was rendered with a style. Its colours stay. */
export function rendered(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const clean = text
    .split(ownColors)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join("");
  return defused(clean, env);
}

function defused(clean: string, env: NodeJS.ProcessEnv): string {
  return env["GITHUB_ACTIONS"] === "true" ? withoutWorkflowCommands(clean) : clean;
}

/** A document that is safe to print. */
export function forPrograms(
  value: unknown,
  indent?: number,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const text = jsonText(value, indent);
  // GitHub finds commands of this form anywhere in a line. With this escape the JSON means the same.
  return env["GITHUB_ACTIONS"] === "true" ? text.replaceAll("##[", "#\\u0023[") : text;
}

/**
 * The runner takes a line that begins with `::`, and `##[` anywhere, for a command:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function withoutWorkflowCommands(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, "$1: ").replaceAll("##[", "# #[");
}
