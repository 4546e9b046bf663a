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
