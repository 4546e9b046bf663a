import type { Output, Phase, PhaseReporter } from "./phase.ts";
import { Reporter } from "./reporter.ts";
import { PlainRenderer } from "./plain-renderer.ts";
import { TerminalRenderer } from "./terminal-renderer.ts";

/** Runs the phases one after the other, and shows their progress. */
export async function runPhases(
  phases: readonly Phase[],
  output: Output,
  options: {
    /** Names of the phases' clusters, in display order. */
    readonly clusters?: readonly string[];
  } = {},
): Promise<void> {
  await reporterOf(output).run(phases, options.clusters ?? []);
}

function reporterOf(output: Output): PhaseReporter {
  if (output.reporter !== undefined) return output.reporter;
  return new Reporter(output.terminal ? new TerminalRenderer(output) : new PlainRenderer(output));
}
