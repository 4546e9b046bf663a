import { appendFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { Command } from "commander";
import { parseCount } from "../environments/commands/options.ts";
import { runCommand } from "../environments/commands/run-command.ts";
import { findRunning } from "../environments/find-topology.ts";
import { verifyStack } from "../environments/verify.ts";
import { failuresOf } from "../verification/prove.ts";
import { countsOf, inWords } from "../verification/render/counts.ts";
import { flakeReport, type VerificationRun } from "./flake-report.ts";

interface Options {
  readonly times: number;
  readonly traffic: boolean;
  readonly rights: boolean;
  readonly concurrency?: number;
  readonly results?: string;
}

/** Time between two looks at the load, in milliseconds. */
const sampling = 1_000;

await new Command("npm run bench:flakes --")
  .description(
    "Verifies a running topology again and again: how often does a check fail, how long does it take, what " +
      "does it cost the machine. The topology has to be well: whatever fails is either a fault of the mesh " +
      "or a false verdict.",
  )
  .argument("[topology]", "name of a stack, or its file; it has to be up", "mixed")
  .option("--times <number>", "how often", parseCount, 100)
  .option("--no-traffic", "only ask")
  .option("--no-rights", "don't ask what accounts may do")
  .option("--concurrency <number>", "requests under way at once", parseCount)
  .option("--results <file>", "a line of JSON for each verification, added to the file's end")
  .action(async (topology: string, options: Options) => {
    await runCommand({ command: "bench:flakes" }, async ({ signal }) => {
      const running = await findRunning(topology, {});
      const runs: VerificationRun[] = [];
      try {
        for (let number = 1; number <= options.times; number += 1) {
          const run = await verifyOnce({ ...running, signal }, options);
          runs.push(run);
          process.stdout.write(`${String(number).padStart(4)}  ${lineOf(run)}\n`);
          if (options.results !== undefined) {
            await appendFile(options.results, `${JSON.stringify(run)}\n`);
          }
        }
      } finally {
        if (runs.length > 0) process.stdout.write(`\n${flakeReport(topology, runs)}`);
      }
      return runs.some(({ failures }) => failures.length > 0) ? 1 : 0;
    });
  })
  .parseAsync();

async function verifyOnce(
  request: Parameters<typeof verifyStack>[0],
  { traffic, rights, concurrency }: Options,
): Promise<VerificationRun> {
  let load = 0;
  const look = (): void => {
    load = Math.max(load, loadavg()[0] ?? 0);
  };
  look();
  const timer = setInterval(look, sampling);
  try {
    const { results, startedAt, milliseconds } = await verifyStack({
      ...request,
      traffic,
      rights,
      ...(concurrency !== undefined && { concurrency }),
    });
    const failures = failuresOf(results).map(({ check, subject, problem }) => ({
      check,
      subject,
      problem,
    }));
    return { startedAt, milliseconds, load, counts: countsOf(results), failures };
  } finally {
    clearInterval(timer);
  }
}

function lineOf({ startedAt, milliseconds, load, counts, failures }: VerificationRun): string {
  return [
    `${startedAt.slice(11, 19)}  ${(milliseconds / 1000).toFixed(1)} s, load ${load.toFixed(1)}, ${inWords(counts)}`,
    ...failures.map(({ check, subject, problem }) => `      ${subject} ${check}: ${problem}`),
  ].join("\n");
}
