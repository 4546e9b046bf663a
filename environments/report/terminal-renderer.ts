import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from "listr2";
import { forPeople } from "../../system/print.ts";
import type { ReportEvent } from "./events.ts";
import type { Phase } from "./phase.ts";
import type { Renderer } from "./renderer.ts";
import { fitting } from "./live-rows.ts";
import { seconds } from "./seconds.ts";

/** Standard output is for results, and may be a file while a person watches. */
class OnStandardError extends DefaultRenderer {
  static override readonly nonTTY = true;
}

/** A live view for a person: the phases, and below the current one its steps, cluster by cluster. */
export class TerminalRenderer implements Renderer {
  readonly #out: { write(text: string): void };
  readonly #rows: () => number;
  /** Notices that are held back while the view is on the screen, because they would tear it. */
  #held: string[] | undefined;

  /** @param rows height of the terminal: a higher view can't be redrawn */
  constructor(out: { write(text: string): void }, rows = (): number => process.stderr.rows || 24) {
    this.#out = out;
    this.#rows = rows;
  }

  event(event: ReportEvent): void {
    if (event.event !== "notice") return;
    const line = `! ${event.text}`;
    if (this.#held === undefined) this.#out.write(`${line}\n`);
    else this.#held.push(line);
  }

  async runAll(
    phases: readonly Phase[],
    runPhase: (phase: Phase, live: (lines: readonly string[]) => void) => Promise<string>,
  ): Promise<void> {
    const held: string[] = [];
    this.#held = held;
    const list = new Listr(
      phases.map((phase) => ({
        title: forPeople(phase.title),
        task: async (_: unknown, task: { title?: string; output?: string }): Promise<void> => {
          const started = Date.now();
          const result = await runPhase(phase, (lines) => {
            const shown = fitting(lines, this.#rows() - phases.length - 3);
            task.output = forPeople(shown.join("\n"));
          });
          task.title = forPeople(`${phase.title}: ${result} (${seconds(Date.now() - started)})`);
        },
      })),
      {
        registerSignalListeners: false,
        renderer: OnStandardError,
        rendererOptions: {
          logger: new ListrLogger({
            useIcons: true,
            toStderr: [],
            // The first of them is where the view is.
            processOutput: new ProcessOutput(process.stderr, process.stdout),
          }),
          collapseErrors: false,
          showErrorMessage: false,
          collapseSkips: false,
          formatOutput: "truncate",
        },
      },
    );
    try {
      await list.run();
    } finally {
      this.#held = undefined;
      for (const line of held) this.#out.write(`${line}\n`);
    }
  }
}
