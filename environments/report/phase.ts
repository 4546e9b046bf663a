import type { Changed } from "./engine-progress.ts";

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
  readonly reporter?: PhaseReporter;
}

/** What tells of phases while it runs them. */
export interface PhaseReporter {
  /** @param clusters names of those that the phases work on, in the order to show them in */
  run(phases: readonly Phase[], clusters: readonly string[]): Promise<void>;
  /** Something that the person has to know, whatever runs. */
  notice(line: string): void;
}
