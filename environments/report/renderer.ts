import type { ReportEvent } from "./events.ts";
import type { Phase } from "./phase.ts";

/** Shows the events of a {@link Reporter}, in one form. */
export interface Renderer {
  event(event: ReportEvent): void;
  /**
   * Runs the phases one after the other. For renderers that show all of them at once.
   *
   * @param runPhase - runs one of them; `live` takes the lines of the current steps
   * @default one after the other, without a live view
   */
  runAll?(
    phases: readonly Phase[],
    runPhase: (phase: Phase, live?: (lines: readonly string[]) => void) => Promise<string>,
  ): Promise<void>;
}
