import type { DownResult } from "../down.ts";
import { runPhases } from "../report/phases.ts";
import type { Output, Tell } from "../report/phase.ts";
import { takeDown, type TakenRun } from "./take-down.ts";

/** What `down` does with a run that was kept. */
export async function downRun(
  run: TakenRun,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<DownResult> {
  const phase = {
    title: `taking ${run.name} away`,
    run: async (tell: Tell) => {
      await takeDown(run, (line) => tell.step(line), signal);
      return "nothing is left";
    },
  };
  await runPhases([phase], output);
  return { summary: `The run ${run.name} is gone.` };
}
