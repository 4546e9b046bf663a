import { jsonText, printable } from "./printable.ts";

/** What {@link styleOf} emphasizes with, and nothing else. */
const ownColors = new RegExp(`(${String.fromCharCode(27)}\\[(?:1|2|22|31|32|33|39)m)`);

/**
 * Text as standard output and standard error may have it, whoever it is of: nothing in it steers the terminal,
 * and on GitHub nothing in it is a workflow command.
 */
export function forPeople(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return defused(printable(text), env);
}

/** The same of what was rendered with a style, whose colours stay. */
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

/** A document as standard output may have it. */
export function forPrograms(
  value: unknown,
  indent?: number,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const text = jsonText(value, indent);
  // GitHub looks for commands of this form anywhere in a line; such an escape is the same JSON.
  return env["GITHUB_ACTIONS"] === "true" ? text.replaceAll("##[", "#\\u0023[") : text;
}

/**
 * The runner takes a line that begins with `::`, and `##[` anywhere, for a command to itself:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function withoutWorkflowCommands(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, "$1: ").replaceAll("##[", "# #[");
}
