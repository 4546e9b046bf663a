import type { Renderer } from "./renderer.ts";
import { clusterStep } from "./cluster-steps.ts";
import type { Changed, Step } from "./engine-progress.ts";
import type { CommandResult, Outcome, Told } from "./events.ts";
import type { Phase, PhaseReporter, Tell } from "./phase.ts";
import { describeResource, isNotable } from "./resource-words.ts";
import { liveRows, type RunningStep } from "./live-rows.ts";
import type { PhaseTime, StepTime } from "./times.ts";

/** How a command ended, according to its own code. */
export type Ending = Omit<CommandResult, "milliseconds">;

/** Time between two updates of the live view, in milliseconds. */
const liveInterval = 250;

/**
 * Takes the progress of every command: phases, the steps of each cluster within them, notices and the result.
 * It records the times.
 */
export class Reporter implements PhaseReporter {
  readonly #renderer: Renderer;
  readonly #clock: () => number;
  readonly #started: number;
  readonly #phases: PhaseTime[] = [];
  readonly #steps: StepTime[] = [];

  /** @param clock the time in milliseconds since 1970 */
  constructor(renderer: Renderer, clock: () => number = Date.now) {
    this.#renderer = renderer;
    this.#clock = clock;
    this.#started = clock();
  }

  /** How long each phase and each step has taken so far. */
  get times(): { readonly phases: readonly PhaseTime[]; readonly steps: readonly StepTime[] } {
    return { phases: this.#phases, steps: this.#steps };
  }

  /** Says which command it is. Call it once, first of all. */
  start(command: string, name?: string): void {
    this.#tell({
      event: "command-started",
      version: 1,
      command,
      ...(name !== undefined && { name }),
    });
  }

  /** Something that a person has to know, outside every phase. */
  notice(text: string): void {
    this.#tell({ event: "notice", text });
  }

  /** Says how the command ended. Call it once, last of all. */
  end(ending: Ending): void {
    this.#tell({ event: "result", ...ending, milliseconds: this.#clock() - this.#started });
  }

  /**
   * Runs the phases one after the other. The first one that fails is the last.
   *
   * @param clusters names of the phases' clusters, in display order
   */
  async run(phases: readonly Phase[], clusters: readonly string[] = []): Promise<void> {
    if (this.#renderer.runAll !== undefined) {
      await this.#renderer.runAll(phases, (phase, live) => this.#runPhase(phase, clusters, live));
      return;
    }
    for (const phase of phases) await this.#runPhase(phase, clusters);
  }

  async #runPhase(
    phase: Phase,
    clusters: readonly string[],
    live?: (lines: readonly string[]) => void,
  ): Promise<string> {
    const { title } = phase;
    const begun = this.#clock();
    const view = new PhaseView(clusters);
    this.#tell({ event: "phase-started", phase: title });
    const tell: Tell = {
      current: (lines) => (view.current = lines),
      step: (text) => this.#tell({ event: "message", phase: title, text }),
      notice: (text) => this.#tell({ event: "notice", phase: title, text }),
      engine: (change) => this.#engine(title, change, view),
    };
    const ticker =
      live && setInterval(() => live(view.lines(this.#clock(), clusters)), liveInterval);
    const ended = (outcome: Outcome, result?: string): void => {
      const milliseconds = this.#clock() - begun;
      this.#phases.push({ title, milliseconds, outcome });
      this.#tell({
        event: "phase-ended",
        phase: title,
        outcome,
        milliseconds,
        ...(result !== undefined && { result }),
      });
    };
    try {
      const result = await phase.run(tell);
      ended("done", result);
      return result;
    } catch (error) {
      ended("failed");
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }

  #engine(phase: string, change: Changed, view: PhaseView): void {
    if (change.type === "warning") {
      const { urn, text } = change.message;
      // Repeated for every single resource of a cluster that is gone.
      if (text.startsWith("configured Kubernetes cluster is unreachable")) return;
      const about = urn === undefined ? text : `${describeResource(urn)}: ${text}`;
      this.#tell({ event: "notice", phase, text: about });
      return;
    }
    const { step, type } = change;
    if (!isNotable(step.urn) || step.operation === "same") return;
    // A refresh reads everything; only failures are worth a line.
    if (step.operation === "refresh" && type !== "failed") return;
    const words = clusterStep(step.urn, step.operation, view.clusters);
    const { cluster } = words;
    const about = {
      phase,
      ...(cluster !== undefined && { cluster }),
      step: words.doing,
      operation: step.operation,
      resource: step.urn,
    };
    if (type === "started") {
      view.begin(step, { cluster, doing: words.doing, started: this.#clock() });
      this.#tell({ event: "step-started", ...about });
    } else if (type === "status") {
      const status = step.status ?? "";
      view.status(step, status);
      this.#tell({ event: "step-status", ...about, status });
    } else {
      const milliseconds = (step.ended ?? step.started) - step.started;
      view.end(step, type === "failed" ? `${words.what} failed` : words.done);
      this.#steps.push({ phase, cluster, what: words.what, milliseconds });
      this.#tell({
        event: "step-ended",
        ...about,
        outcome: type === "failed" ? "failed" : "done",
        result: type === "failed" ? `${words.what}: failed` : words.done,
        milliseconds,
      });
    }
  }

  #tell(told: Told): void {
    this.#renderer.event({ time: new Date(this.#clock()).toISOString(), ...told });
  }
}

class PhaseView {
  readonly clusters: readonly string[];
  /** What the phase itself reports. */
  current: readonly string[] = [];
  readonly #running = new Map<string, RunningStep>();
  /** The last finished step of each cluster. */
  readonly #last = new Map<string, string>();

  constructor(clusters: readonly string[]) {
    this.clusters = clusters;
  }

  begin({ urn }: Step, running: RunningStep): void {
    this.#running.set(urn, running);
  }

  status({ urn }: Step, status: string): void {
    const running = this.#running.get(urn);
    if (running !== undefined) this.#running.set(urn, { ...running, status });
  }

  end({ urn }: Step, done: string): void {
    const cluster = this.#running.get(urn)?.cluster;
    if (cluster !== undefined) this.#last.set(cluster, done);
    this.#running.delete(urn);
  }

  lines(now: number, clusters: readonly string[]): readonly string[] {
    const began = this.#running.size + this.#last.size > 0;
    const rows = liveRows({
      running: [...this.#running.values()],
      last: this.#last,
      clusters: began ? clusters : [],
      now,
    });
    return [...rows, ...this.current];
  }
}
