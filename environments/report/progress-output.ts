import { GithubRenderer, JsonRenderer, PlainRenderer } from "./plain-renderer.ts";
import type { Output } from "./phase.ts";
import { forPeople } from "../../system/print.ts";
import { Reporter } from "./reporter.ts";
import type { Renderer } from "./renderer.ts";
import { TerminalRenderer } from "./terminal-renderer.ts";

/**
 * Where a command writes: progress goes to standard error, results to standard output. With `json`, progress
 * is events on standard output.
 *
 * @param options.spelled transforms a text for people before it is written
 */
export function progressOutput(
  options: { readonly json?: boolean; readonly spelled?: (text: string) => string } = {},
): Output & { readonly reporter: Reporter } {
  const { json = false, spelled = (text: string): string => text } = options;
  const output: Output = {
    write: (text) => process.stderr.write(forPeople(spelled(text))),
    terminal: process.stderr.isTTY && process.env["CI"] === undefined,
  };
  return { ...output, reporter: new Reporter(chooseRenderer(output, json, spelled)) };
}

function chooseRenderer(
  output: Output,
  json: boolean,
  spelled: (text: string) => string,
): Renderer {
  if (json) return new JsonRenderer({ write: (text) => process.stdout.write(text) });
  if (process.env["GITHUB_ACTIONS"] === "true") {
    // It writes workflow commands itself, and removes those of others from its lines.
    return new GithubRenderer({ write: (text) => process.stderr.write(spelled(text)) });
  }
  return output.terminal ? new TerminalRenderer(output) : new PlainRenderer(output);
}
