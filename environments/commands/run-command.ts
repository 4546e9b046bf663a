import { widthOf } from "../../verification/render/style.ts";
import { TopologyError } from "../../planning/topology/problem.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { Interrupt, onUncaught } from "../interrupt.ts";
import type { Output } from "../report/phase.ts";
import { progressOutput } from "../report/progress-output.ts";
import { outliveReader } from "../report/outlive-reader.ts";
import type { Reporter } from "../report/reporter.ts";
import { forPrograms, rendered } from "../../system/print.ts";
import { renderTimes } from "../report/times.ts";
import { withCommandLines } from "../how-to-call.ts";

/** Another interrupt within this time counts as the same one: npm passes on what the terminal sent. */
const sameInterrupt = 1_500;

export interface CommandContext {
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal;
  /** Where the command reports its progress. */
  readonly output: Output & { readonly reporter: Reporter };
  /** Says that the person gave the name of something that runs: there is no file to bring it up again. */
  readonly knownByName: () => void;
  /** Writes the result to standard output, for people. */
  readonly print: (text: string) => void;
  /** Writes the result to standard output for programs: on one line, or indented. */
  readonly printJson: (document: unknown, indent?: number) => void;
}

export interface CommandSettings {
  /** For example `up`. */
  readonly command: string;
  /** What the person named, as words of the command line. Messages use them in other command lines. */
  readonly topology?: readonly string[];
  /** Progress as events on standard output, instead of lines for people. @default false */
  readonly json?: boolean;
  /** The action handles signals itself. @default false */
  readonly ownSignals?: boolean;
}

/** The outcome of a command. A number alone is its exit code. */
export type CommandOutcome =
  | number
  | {
      readonly exitCode: number;
      /** What it found or created, for programs. */
      readonly document?: unknown;
    };

/** Runs a command's action and ends the process with its exit code. Shows errors once, in readable form. */
export async function runCommand(
  settings: CommandSettings,
  action: (context: CommandContext) => Promise<CommandOutcome>,
): Promise<void> {
  outliveReader();
  let nameAlone = false;
  const spelled = (text: string): string =>
    withCommandLines(text, settings.topology ?? [], { nameAlone });
  const output = progressOutput({ json: settings.json ?? false, spelled });
  const { reporter } = output;
  const interrupts = settings.ownSignals === true ? ignoreInterrupts() : listenForInterrupts();
  reporter.start(settings.command);
  try {
    const outcome = await action({
      signal: interrupts.signal,
      output,
      knownByName: () => (nameAlone = true),
      print: (text) => process.stdout.write(`${rendered(spelled(text))}\n`),
      printJson: (document, indent) => process.stdout.write(`${forPrograms(document, indent)}\n`),
    });
    const ending = typeof outcome === "number" ? { exitCode: outcome } : outcome;
    tellTimes(output, settings);
    reporter.end({
      outcome: ending.exitCode === exitCodes.success ? "success" : "failure",
      ...ending,
    });
    process.exitCode = ending.exitCode;
  } catch (caught) {
    const exitCode = interrupts.interrupted ? exitCodes.interrupted : exitCodeOf(caught);
    // The reason for giving up, instead of how it ended.
    const error = interrupts.failure ?? caught;
    tellTimes(output, settings);
    const message = spelled(describeError(error));
    output.write(`\n${message}\n`);
    reporter.end({
      outcome: exitCode === exitCodes.interrupted ? "interrupted" : "failure",
      exitCode,
      error: message,
    });
    process.exitCode = exitCode;
  } finally {
    interrupts.stop();
  }
}

/** How long each phase took, for commands of more than one phase. */
function tellTimes(output: CommandContext["output"], settings: CommandSettings): void {
  const { phases, steps } = output.reporter.times;
  if (settings.json === true || phases.length < 2) return;
  const width = Math.min(widthOf(process.stderr), 100);
  output.write(`\n${renderTimes(phases, steps, width)}\n`);
}

interface Interrupts {
  readonly signal: AbortSignal;
  readonly interrupted: boolean;
  /** An error that nobody could catch. */
  readonly failure: unknown;
  /** Stops listening for signals, which would keep the process alive. */
  stop(): void;
}

function ignoreInterrupts(): Interrupts {
  const signal = new AbortController().signal;
  return { signal, interrupted: false, failure: undefined, stop: () => undefined };
}

function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  let interrupted = 0;
  let failure: unknown;
  const stopUncaught = onUncaught((error) => {
    if (controller.signal.aborted) return;
    failure = error;
    process.stderr.write(`\nunexpected: ${describeError(error)}\ntidying up\n`);
    controller.abort(error);
    // Code that waits for a failed reader's answer may wait for ever.
    setTimeout(() => process.exit(exitCodes.failed), timeLimits.tidiedUp).unref();
  });
  const interrupt = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (interrupted !== 0 && now - interrupted < sameInterrupt) return;
    if (interrupted === 0) {
      process.stderr.write(`\n${signal}: cleaning up; press again to stop at once\n`);
      interrupted = now;
      controller.abort(new Interrupt(signal));
      return;
    }
    process.exit(exitCodes.interrupted);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    get interrupted() {
      return interrupted !== 0;
    },
    get failure() {
      return failure;
    },
    stop: () => {
      stopUncaught();
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

/** The text of an error for a person. */
export function describeError(error: unknown): string {
  if (error instanceof CommandError || error instanceof TopologyError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // Other parts of the package also write errors for people. Only a mistake in the program needs a stack
  // trace.
  const isBug = error instanceof TypeError || error instanceof ReferenceError;
  return isBug || process.env["DEBUG"] !== undefined
    ? (error.stack ?? error.message)
    : error.message;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof TopologyError) return exitCodes.badInput;
  return error instanceof CommandError ? error.exitCode : exitCodes.failed;
}
