import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { inContext } from "../components/program-context.ts";
import type { ProgramOptions } from "../components/program.ts";
import { projectDirectory } from "./paths.ts";

/**
 * The program of every stack for the Automation API, which runs it in this process: without a language host
 * or a second Node.js, and with the same resources and outputs as `pulumi up` through index.ts.
 *
 * @param env the environment of the engine
 */
export function inlineProgram(
  env: Readonly<Record<string, string>>,
  options: ProgramOptions,
): PulumiFn {
  return async () => {
    try {
      // Loading all components takes half a second, during which the engine of an `up` starts.
      const { runProgram } = await import("../components/program.ts");
      return inContext({ env, directory: projectDirectory }, () => runProgram(options));
    } catch (error) {
      // A rejected inline program leaves unhandled promises of the SDK, for which Node.js or a test runner
      // would blame the caller. A logged error makes the update fail as well.
      await pulumi.log.error(messageOf(error));
      return {};
    }
  };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = message } = error;
  // The message of an error for people says everything.
  return pulumi.RunError.isInstance(error) ? message : stack;
}
