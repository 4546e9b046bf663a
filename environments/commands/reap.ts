import { printableIn } from "../../system/printable.ts";
import type { ReapResult } from "../reap.ts";
import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";

interface Options {
  readonly dryRun?: true;
  readonly json?: true;
}

/** `linkerd-topology reap` */
export const reapCommand = defineCommand<Options>({
  name: "reap",
  summary: "Removes runs that have expired, and runs whose process is gone",
  more:
    "It uses only the records of the runs and Docker, and touches nothing else. Every `run` does the " +
    "same first.",
  options: [
    ["--dry-run", "show what would be removed, and remove nothing"],
    ["--json", "one JSON document on standard output"],
  ],
  run: async ({ output, print, printJson, signal }, options) => {
    const { reap } = await import("../reap.ts");
    const dryRun = options.dryRun ?? false;
    const result = await reap({
      dryRun,
      signal,
      tell: (line) => output.write(`${line}\n`),
    });
    if (options.json) printJson({ version: 1, dryRun, ...result }, 2);
    else print(renderReap(result, dryRun));
    return result.failed.length === 0 ? exitCodes.success : exitCodes.failed;
  },
  examples: [
    [
      "linkerd-topology reap --dry-run",
      "which runs there are, and why each would be removed or kept",
    ],
    ["linkerd-topology reap", "in a job that always runs"],
  ],
  variables: ["XDG_STATE_HOME"],
});

/** What was removed and what stayed, each with the reason. */
export function renderReap(reaped: ReapResult, dryRun: boolean): string {
  const result = printableIn(reaped);
  const lines = [
    ...result.removed.map(
      ({ name, why }) => `${dryRun ? "would remove" : "removed"} ${name}: ${why}`,
    ),
    ...result.left.map(({ name, why }) => `left ${name}: ${why}`),
    ...result.failed.map(({ name, why }) => `could not remove ${name}: ${why}`),
    ...result.problems,
  ];
  return lines.length === 0 ? "there are no runs" : lines.join("\n");
}
