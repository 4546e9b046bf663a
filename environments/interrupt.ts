import { readFileSync } from "node:fs";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";

/** Aborts the work when somebody sends this process a signal. */
export class Interrupt extends CommandError {
  /** The terminal sent it to every process in its foreground, so Pulumi's engine got it as well. */
  readonly reachesAll: boolean;

  constructor(signal: NodeJS.Signals, exitCode: number = exitCodes.interrupted) {
    super(`interrupted by ${signal}`, { exitCode });
    this.reachesAll = signal === "SIGINT" && isInForeground();
  }
}

/**
 * Whether a terminal sends its signals to this process. Standard input doesn't show that, because it may be a
 * file.
 */
export function isInForeground(): boolean {
  let stat: string;
  try {
    stat = readFileSync("/proc/self/stat", "utf8");
  } catch {
    return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  }
  // `PID (COMMAND) STATE PPID PGRP SESSION TTY TPGID ...`
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return terminal !== "0" && group === foreground;
}

/**
 * The signal for Pulumi's engine. A second interrupt makes the engine stop at once and leave its current step
 * half done. So this passes an interrupt on only if the terminal didn't send it to the engine too.
 *
 * @param began whether the engine runs, and would have got it
 */
export function engineSignal(signal: AbortSignal, began: () => boolean): AbortSignal {
  const controller = new AbortController();
  const pass = (): void => {
    const reason: unknown = signal.reason;
    if (reason instanceof Interrupt && reason.reachesAll && began()) return;
    controller.abort(reason);
  };
  if (signal.aborted) pass();
  else signal.addEventListener("abort", pass, { once: true });
  return controller.signal;
}

/**
 * Reports errors that nobody could catch, mostly in callbacks of events, instead of ending the process: it
 * still has to clean up what it created.
 *
 * @returns a function that stops it
 */
export function onUncaught(tell: (error: unknown) => void): () => void {
  const told = (error: unknown): void => {
    if (!isEngineEnding(error)) tell(error);
  };
  process.on("uncaughtException", told);
  process.on("unhandledRejection", told);
  return () => {
    process.off("uncaughtException", told);
    process.off("unhandledRejection", told);
  };
}

/**
 * After a step has failed, the engine takes no further resources. A program that registers some nevertheless
 * learns only that. Why it failed is what the engine reports at its end.
 */
function isEngineEnding(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Resource monitor is terminating");
}
