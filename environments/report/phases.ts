import { Listr } from "listr2";

/** What a phase tells while it runs. */
export interface Tell {
  /** What goes on at the moment; takes the place of what was told before. Terminals only. */
  current(lines: readonly string[]): void;
  /** Something began or ended. Shown where the output is no terminal, as a line of a log. */
  step(line: string): void;
  /** Something that the person has to know, shown everywhere and kept. */
  notice(line: string): void;
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
}

/** What a command writes to. Progress goes to standard error, results to standard output. */
export function progressOutput(): Output {
  return {
    write: (text) => process.stderr.write(text),
    terminal: process.stderr.isTTY && process.env["CI"] === undefined,
  };
}

/** Runs the phases one after the other, and shows what they do. */
export async function runPhases(phases: readonly Phase[], output: Output): Promise<void> {
  await (output.terminal ? runInTerminal(phases, output) : runAsLog(phases, output));
}

async function runInTerminal(phases: readonly Phase[], output: Output): Promise<void> {
  const notices: string[] = [];
  const list = new Listr(
    phases.map((phase) => ({
      title: phase.title,
      rendererOptions: { outputBar: Infinity },
      task: async (_: unknown, task: { title?: string; output?: string }): Promise<void> => {
        const started = performance.now();
        const result = await phase.run({
          current: (lines) => {
            task.output = lines.join("\n");
          },
          step: () => undefined,
          notice: (line) => notices.push(line),
        });
        task.title = `${phase.title}: ${result} (${seconds(performance.now() - started)})`;
      },
    })),
    {
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false, collapseSkips: false },
    },
  );
  try {
    await list.run();
  } finally {
    for (const notice of notices) output.write(`! ${notice}\n`);
  }
}

async function runAsLog(phases: readonly Phase[], output: Output): Promise<void> {
  const started = performance.now();
  const line = (text: string): void => {
    output.write(`[${seconds(performance.now() - started).padStart(7)}] ${text}\n`);
  };
  for (const phase of phases) {
    const begun = performance.now();
    line(`${phase.title} ...`);
    const result = await phase.run({
      current: () => undefined,
      step: (text) => {
        line(`  ${text}`);
      },
      notice: (text) => {
        line(`! ${text}`);
      },
    });
    line(`${phase.title}: ${result} (${seconds(performance.now() - begun)})`);
  }
}

/** `8.4 s`, `3 min 20 s`. */
export function seconds(milliseconds: number): string {
  const total = milliseconds / 1000;
  if (total < 100) return `${total.toFixed(1)} s`;
  return `${Math.floor(total / 60)} min ${Math.round(total % 60)} s`;
}
