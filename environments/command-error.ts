import { exitCodes } from "./exit-codes.ts";

/** An error whose message is all that a person needs. It is shown without a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** Exit code of the command. */
  readonly exitCode: number;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly exitCode?: number } = {},
  ) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** What is wrong in the command line, a topology or a configuration: exit code 2. */
export function badInput(
  message: string,
  options: { readonly cause?: unknown } = {},
): CommandError {
  return new CommandError(message, { ...options, exitCode: exitCodes.badInput });
}
