import type { Changed } from "./engine-progress.ts";

/** What a phase reports while it runs. */
export interface Tell {
  /** The current steps, which replace those before. Only for terminals. */
  current(lines: readonly string[]): void;
  /** Something began or ended. Shown as a line of a log if the output is no terminal. */
  step(line: string): void;
  /** Something that the person has to know. It is shown everywhere and kept. */
  notice(line: string): void;
  /** An operation of the engine, for the view per cluster and for the times at the end. */
  engine?(change: Changed): void;
}

/** One part of a command's work. Phases run in the order of their list. */
export interface Phase {
  readonly title: string;
  /** @returns the result in a few words */
  run(tell: Tell): Promise<string>;
}

export interface Output {
  write(text: string): void;
  /** Whether lines can be rewritten. */
  readonly terminal: boolean;
  /** Reports the phases. @default one that writes lines, or a live view on a terminal */
  readonly reporter?: PhaseReporter;
}

/** Runs phases and reports them. */
export interface PhaseReporter {
  /** @param clusters names of the phases' clusters, in display order */
  run(phases: readonly Phase[], clusters: readonly string[]): Promise<void>;
  /** Something that the person has to know, whatever runs. */
  notice(line: string): void;
}
