import { Command } from "commander";
import { runCommand } from "../environments/commands/run-command.ts";
import { down } from "../environments/down.ts";
import { progressOutput } from "../environments/report/progress-output.ts";
import { findStack } from "../environments/stacks.ts";
import { renderTimeline } from "../environments/timeline.ts";
import { up } from "../environments/up.ts";
import { afterClusters } from "./after-clusters.ts";
import { benchByHand } from "./by-hand.ts";
import { benchImporting } from "./importing.ts";
import { benchPlanning } from "./planning.ts";
import { benchScale } from "./scale.ts";

interface Options {
  readonly stack: string;
  readonly planningOnly?: true;
  readonly scale?: true;
  readonly byHand?: true;
}

await new Command("npm run bench --")
  .description(
    "Measures: up and its longest chain, a second up, planning, importing the package, and what the program " +
      "costs with many clusters. Numbers only, no verdicts.",
  )
  .option("--stack <name>", "which topology to bring up", "hierarchical")
  .option("--planning-only", "planning alone: a second")
  .option(
    "--scale",
    "leave the clusters out: planning, importing, and the program without its clusters",
  )
  .option("--by-hand", "also a pair made by a shell script of kind, kubectl and Linkerd's CLI")
  .action(async ({ stack, planningOnly, scale, byHand }: Options) => {
    await runCommand({ command: "bench" }, async ({ signal }) => {
      if (planningOnly !== true && scale !== true)
        await benchClusters(stack, byHand === true, signal);
      process.stdout.write(benchPlanning());
      if (planningOnly !== true) {
        process.stdout.write(await benchImporting());
        await benchScale((line) => {
          process.stdout.write(line);
        });
      }
      return 0;
    });
  })
  .parseAsync();

async function benchClusters(name: string, byHand: boolean, signal: AbortSignal): Promise<void> {
  // It has its own name, so no running stack is touched.
  const stack = { name: `bench-${process.pid}`, file: (await findStack(name)).file };
  const request = {
    stack,
    signal,
    output: progressOutput(),
    images: process.env["IMAGES"],
    allowNoDataPlane: true,
  };
  try {
    const begun = performance.now();
    const first = await up(request);
    const took = performance.now() - begun;
    process.stdout.write(`\nup of ${name}, nothing there before:\n`);
    process.stdout.write(`${renderTimeline(first.timeline)}\n`);
    process.stdout.write(`${afterClusters(first.steps)}\n`);
    const started = performance.now();
    const second = await up(request);
    const again = performance.now() - started;
    process.stdout.write(
      `\nsecond up, without changes: ${inSeconds(second.timeline.total)} of Pulumi, ` +
        `${inSeconds(again)} with checks and proof\n`,
    );
    await down({ stack, output: progressOutput() });
    if (!byHand) return;
    const script = await benchByHand(first.plan, first.tools, signal);
    process.stdout.write(
      `\nthe same pair by a shell script (bench/by-hand.sh): ${script.toFixed(1)} s; ` +
        `up took ${(took / 1000 / script).toFixed(2)} of that\n`,
    );
  } finally {
    await down({ stack, output: progressOutput() });
  }
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
