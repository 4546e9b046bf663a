import { readFileSync } from "node:fs";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";

/** What work is aborted with when somebody sends this process a signal. */
export class Interrupt extends CommandError {
  /** The terminal sent it, and sent it to every process in its foreground: to Pulumi's engine as well. */
  readonly reachesAll: boolean;

  constructor(signal: NodeJS.Signals, exitCode: number = exitCodes.interrupted) {
    super(`interrupted by ${signal}`, { exitCode });
    this.reachesAll = signal === "SIGINT" && isInForeground();
  }
}

/**
 * Whether this process belongs to those that a terminal sends its signals to. Standard input tells nothing
 * of that: it may be a file all the same.
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
 * The signal for Pulumi's engine, which takes a second interrupt as "at once" and half makes what it was at: it
 * is passed on only where the engine doesn't get it from the terminal anyway.
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
 * Tells of errors that nobody could catch, those in the callback of an event most of all, in place of
 * ending the process: what it made has still to be tidied up.
 *
 * @returns stops it
 */
export function onUncaught(tell: (error: unknown) => void): () => void {
  process.on("uncaughtException", tell);
  process.on("unhandledRejection", tell);
  return () => {
    process.off("uncaughtException", tell);
    process.off("unhandledRejection", tell);
  };
}
