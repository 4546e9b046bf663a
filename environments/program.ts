import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { inContext } from "../components/program-context.ts";
import type { ProgramOptions } from "../components/program.ts";
import { projectDirectory } from "./paths.ts";

/**
 * The program of every stack for the Automation API, which runs it in this process: no language host, no
 * second Node.js, and the same resources and outputs as `pulumi up` has by index.ts.
 *
 * @param env the environment of the engine
 */
export function inlineProgram(
  env: Readonly<Record<string, string>>,
  options: ProgramOptions,
): PulumiFn {
  return async () => {
    try {
      // Loading all components takes half a second, which an `up` has while the engine starts.
      const { runProgram } = await import("../components/program.ts");
      return inContext({ env, directory: projectDirectory }, () => runProgram(options));
    } catch (error) {
      // An inline program that rejects leaves promises of the SDK's that nobody handles, for which Node.js
      // or a test runner would blame whoever called. An error that was logged fails the update as well.
      await pulumi.log.error(messageOf(error));
      return {};
    }
  };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = message } = error;
  // All that is to say is in the message of those that are for people.
  return pulumi.RunError.isInstance(error) ? message : stack;
}

let running = 0;
let usualLimit = Error.stackTraceLimit;

/** Runs an update with an inline program, without what Pulumi's SDK does that nobody has use for. */
export async function withInlineRuntime<T>(update: () => Promise<T>): Promise<T> {
  muteDebugMessages();
  // The SDK notes where each of its thousands of promises was made.
  if (running++ === 0) {
    usualLimit = Error.stackTraceLimit;
    Error.stackTraceLimit = 2;
  }
  try {
    return await update();
  } finally {
    if (--running === 0) Error.stackTraceLimit = usualLimit;
  }
}

let muted = false;

/**
 * The SDK tells the engine about every step with every resource in calls of their own that carry all of
 * its inputs, keys included. Programs that somebody else runs in this process keep theirs, but for the time of
 * an update of ours.
 */
function muteDebugMessages(): void {
  if (muted || process.env["LINKERD_TOPOLOGY_DEBUG"] !== undefined) return;
  muted = true;
  const { debug } = pulumi.log;
  Reflect.set(pulumi.log, "debug", (...args: Parameters<typeof debug>) =>
    running > 0 ? Promise.resolve() : debug(...args),
  );
}
