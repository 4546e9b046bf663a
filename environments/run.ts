import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { timeLimits } from "../system/time-limits.ts";
import { badInput, CommandError } from "./command-error.ts";
import { Interrupt, onUncaught } from "./interrupt.ts";
import { outliveReader } from "./report/outlive-reader.ts";
import type { Output } from "./report/phase.ts";
import { exitCodeOf, type RunningCommand, startCommand } from "./runs/run-child.ts";
import { type RunOptions, withRun } from "./runs/session.ts";
import type { TopologySource } from "./topology-source.ts";

export interface RunRequest extends Omit<RunOptions, "signal" | "output"> {
  readonly source: TopologySource;
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly output: Output;
  /** The command's standard output goes to this process's standard error. @default false */
  readonly toStandardError?: boolean | undefined;
}

/** Another interrupt within this time counts as the same one: npm passes on what the terminal sent. */
const sameInterrupt = 1_000;

/**
 * What `linkerd-topology run` does: it brings a topology up under a unique name, runs a command with it, and
 * removes everything, whatever happens, or leaves the mesh in its pool. While it runs, it handles this process's SIGINT, SIGTERM and SIGHUP.
 * The first signal goes to the command; once that has ended, everything is removed. The second doesn't wait
 * for the command. A third leaves the rest to the run's guardian.
 *
 * @returns the command's exit code; 128 and a signal's number if a signal ended it, or all of this
 * @throws CommandError and TopologyError, whose messages are for people
 */
export async function run(request: RunRequest): Promise<number> {
  const { source, command, toStandardError = false, ...options } = request;
  if (command.length === 0) {
    throw badInput(
      "the command is missing. Write it after two dashes: run --topology FILE -- COMMAND",
    );
  }
  const program = path.basename(command[0] ?? "");
  // This must also work if nobody reads the output any more.
  outliveReader();
  const interrupts = new Interrupts(request.output);
  try {
    return await withRun(source, { ...options, signal: interrupts.signal }, async ({ env }) => {
      // Only the program: its arguments may be secrets, and this is a log.
      request.output.write(`running ${program}\n`);
      const running = startCommand(command, env, { toStandardError });
      interrupts.command = running;
      const code = await running.ended;
      interrupts.command = undefined;
      if (code !== 0 && options.keepOnFailure === true && interrupts.count === 0) {
        throw new CommandFailed(`${program} ended with ${code}`, { exitCode: code });
      }
      return code;
    });
  } catch (error) {
    // The command itself has said what is wrong.
    if (error instanceof CommandFailed || error instanceof Interrupt) return error.exitCode;
    if (interrupts.code !== undefined) return interrupts.code;
    throw error;
  } finally {
    interrupts.stop();
  }
}

/** The command failed, and its topology is to be kept. */
class CommandFailed extends CommandError {}

const listened = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Handles this process's signals during a run. */
class Interrupts {
  /** The command while it runs. */
  command: RunningCommand | undefined;
  /** Exit code for the first signal. */
  code: number | undefined;
  count = 0;
  readonly #controller = new AbortController();
  readonly #output: Output;
  readonly #stopUncaught: () => void;
  #last = 0;

  constructor(output: Output) {
    this.#output = output;
    for (const name of listened) process.on(name, this.#interrupt);
    this.#stopUncaught = onUncaught((error) => this.#controller.abort(error));
  }

  /** Aborted when everything must be removed at once. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    for (const name of listened) process.off(name, this.#interrupt);
    this.#stopUncaught();
  }

  readonly #interrupt = (name: NodeJS.Signals): void => {
    const now = performance.now();
    if (this.count > 0 && now - this.#last < sameInterrupt) return;
    this.#last = now;
    this.count++;
    this.code ??= exitCodeOf(name);
    if (this.count === 1 && this.command !== undefined) {
      this.#say(
        `\n${name}: waiting for the command to end; press again to remove everything at once\n`,
      );
      void this.#letEnd(name, this.command);
    } else if (!this.signal.aborted) {
      this.#say(`\n${name}: taking all away\n`);
      this.#abort(name);
    } else if (this.count > 2) {
      this.#say("the rest is removed in the background\n");
      process.exit(this.code);
    }
  };

  async #letEnd(name: NodeJS.Signals, command: RunningCommand): Promise<void> {
    command.forward(name);
    // Whoever sends something other than Ctrl-C usually waits ten seconds.
    const limit = name === "SIGINT" ? timeLimits.commandInterrupted : timeLimits.commandEnded;
    await Promise.race([command.ended, sleep(limit, undefined, { ref: false })]);
    if (this.command !== undefined) this.#abort(name);
  }

  #abort(name: NodeJS.Signals): void {
    this.#controller.abort(new Interrupt(name, this.code ?? exitCodeOf(name)));
  }

  #say(text: string): void {
    try {
      this.#output.write(text);
    } catch {
      // The terminal was closed, and SIGHUP said so.
    }
  }
}
