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
