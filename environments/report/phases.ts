import type { Changed } from "./engine-progress.ts";
import { Reporter } from "./reporter.ts";
import { PlainRenderer } from "./plain-renderer.ts";
import { TerminalRenderer } from "./terminal-renderer.ts";

/** What a phase tells while it runs. */
export interface Tell {
  /** What goes on at the moment; takes the place of what was told before. Terminals only. */
  current(lines: readonly string[]): void;
  /** Something began or ended. Shown where the output is no terminal, as a line of a log. */
  step(line: string): void;
  /** Something that the person has to know, shown everywhere and kept. */
  notice(line: string): void;
  /** What the engine does, for the view per cluster and for the times at the end. */
  engine?(change: Changed): void;
}

/** One of the things that a command does, in the order of the list. */
export interface Phase {
  readonly title: string;
  /** @returns what came out of it, in a few words */
  run(tell: Tell): Promise<string>;
}

export interface Output {
  write(text: string): void;
  /** Whether lines can be rewritten. */
  readonly terminal: boolean;
  /** What tells of the phases. @default one that writes lines, or a live view on a terminal */
  readonly reporter?: Reporter;
}

/** Runs the phases one after the other, and shows what they do. */
export async function runPhases(
  phases: readonly Phase[],
  output: Output,
  options: {
    /** Names of the clusters that the phases work on, in the order to show them in. */
    readonly clusters?: readonly string[];
  } = {},
): Promise<void> {
  await reporterOf(output).run(phases, options.clusters ?? []);
}

function reporterOf(output: Output): Reporter {
  if (output.reporter !== undefined) return output.reporter;
  return new Reporter(output.terminal ? new TerminalRenderer(output) : new PlainRenderer(output));
}
