import { spawn } from "node:child_process";
import os from "node:os";
import { isInForeground } from "../interrupt.ts";

export interface RunningCommand {
  /** The shell's exit code: 128 and the signal's number if a signal ended it. */
  readonly ended: Promise<number>;
  /** Passes on a signal that this process got. */
  forward(signal: NodeJS.Signals): void;
}

/**
 * Starts a command with this process's own input and output.
 *
 * @param options.toStandardError whether its output goes there, because standard output is in use
 */
export function startCommand(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  options: { readonly toStandardError?: boolean } = {},
): RunningCommand {
  const [program = "", ...args] = command;
  const stdout = options.toStandardError === true ? 2 : "inherit";
  const child = spawn(program, args, { stdio: ["inherit", stdout, "inherit"], env });
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      process.stderr.write(`${program}: ${reasons[error.code ?? ""] ?? error.message}\n`);
      resolve(error.code === "ENOENT" ? 127 : 126);
    });
    child.once("close", (code, signal) => resolve(code ?? exitCodeOf(signal ?? "SIGKILL")));
  });
  return {
    ended,
    forward(signal) {
      // The terminal has already sent it to every process in its foreground, including the command.
      if (signal === "SIGINT" && isInForeground()) return;
      child.kill(signal);
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such command",
  EACCES: "this command may not be run",
};

/** The exit code for the end by a signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + os.constants.signals[signal];
}
