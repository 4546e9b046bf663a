import { CommandError } from "../command-error.ts";
import { messageOf } from "../../system/message-of.ts";
import type { EngineMessage } from "./engine-progress.ts";
import { describeResource, resourceType } from "./resource-words.ts";

/**
 * The errors of an update as one readable error: each once, with its resource.
 *
 * @param fallback what the engine printed, for errors without an event
 */
export function engineError(
  action: string,
  errors: readonly EngineMessage[],
  fallback: unknown,
): CommandError {
  const shown = new Map<string, string>();
  for (const { urn, text } of errors) {
    const message = readable(text);
    if (message === undefined) continue;
    const isStack = urn === undefined || resourceType(urn) === "pulumi:pulumi:Stack";
    shown.set(message, isStack ? message : `${describeResource(urn)}: ${message}`);
  }
  const messages = shown.size > 0 ? [...shown.values()] : [printed(fallback)];
  return new CommandError(`${action} failed:\n${messages.map(indent).join("\n")}`, {
    cause: fallback,
  });
}

/** The message without stack traces, and without parts that only repeat that something failed. */
function readable(text: string): string | undefined {
  const message = text
    .split("\n")
    .filter((line) => !/^\s+at .*(:\d+:\d+\)?|<anonymous>\)?)$/.test(line))
    .join("\n")
    .replace(/^Running program .* failed with an unhandled exception:\s*/, "")
    .replace(/^(update|preview|destroy) failed$/m, "")
    .replace(/^(?:error: )?(?:sdk-v2\/provider2\.go:\d+: )?/, "")
    .trim();
  return message === "" ? undefined : message;
}

function printed(error: unknown): string {
  const text = messageOf(error);
  const killed = /Command was killed with (SIG\w+)/.exec(text)?.[1];
  if (killed !== undefined) return `${killed} ended Pulumi before it was done`;
  const stderr = /stderr: ([\s\S]*?)(?:\n err\?: [\s\S]*)?$/.exec(text)?.[1]?.trim();
  return stderr === undefined || stderr === "" ? text.trim() : stderr;
}

function indent(message: string): string {
  return `  - ${message.replaceAll("\n", "\n    ")}`;
}
