import { GithubRenderer } from "./github-renderer.ts";
import { JsonRenderer } from "./json-renderer.ts";
import type { Output } from "./phases.ts";
import { PlainRenderer } from "./plain-renderer.ts";
import { Reporter } from "./reporter.ts";
import type { Renderer } from "./reporter.ts";
import { TerminalRenderer } from "./terminal-renderer.ts";

/**
 * What a command writes to: progress goes to standard error, results to standard output. With `json`,
 * progress is events on standard output.
 */
export function progressOutput(options: { readonly json?: boolean } = {}): Output & {
  readonly reporter: Reporter;
} {
  const output: Output = {
    write: (text) => process.stderr.write(text),
    terminal: process.stderr.isTTY && process.env["CI"] === undefined,
  };
  return { ...output, reporter: new Reporter(chooseRenderer(output, options.json ?? false)) };
}

function chooseRenderer(output: Output, json: boolean): Renderer {
  if (json) return new JsonRenderer({ write: (text) => process.stdout.write(text) });
  if (process.env["GITHUB_ACTIONS"] === "true") return new GithubRenderer(output);
  return output.terminal ? new TerminalRenderer(output) : new PlainRenderer(output);
}
