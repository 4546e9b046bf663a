import { TopologyError } from "../../planning/problem.ts";
import { CommandError } from "../command-error.ts";

/** How long after an interrupt another one counts as the same: npm passes on what the terminal sent. */
const sameInterrupt = 1_500;

/** Runs a command's action and ends the process with its exit code. Errors are shown once, readable. */
export async function runCommand(action: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const controller = new AbortController();
  let interrupted = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (interrupted !== 0 && now - interrupted < sameInterrupt) return;
    if (interrupted === 0) {
      process.stderr.write(`\n${signal}: tidying up; once more to stop at once\n`);
      interrupted = now;
      // A terminal sends Ctrl-C to Pulumi as well, and Pulumi takes a second one as "at once".
      if (signal !== "SIGINT" || !process.stdin.isTTY) controller.abort(signal);
      return;
    }
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  try {
    process.exitCode = await action(controller.signal);
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    process.exitCode = interrupted === 0 ? exitCodeOf(error) : 130;
  } finally {
    // Listening for signals would keep the process alive.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupt);
  }
}

/** An error as a person should see it. */
export function describeError(error: unknown): string {
  if (error instanceof CommandError || error instanceof TopologyError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // Errors of the other parts are written for people as well; only a mistake in the program has use
  // for its stack.
  const isBug = error instanceof TypeError || error instanceof ReferenceError;
  return isBug || process.env["DEBUG"] !== undefined
    ? (error.stack ?? error.message)
    : error.message;
}

function exitCodeOf(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : 1;
}
