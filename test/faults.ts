import { readFile, appendFile } from "node:fs/promises";
import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { execa } from "execa";
import { describeError } from "../environments/commands/run-command.ts";
import { seconds } from "../environments/report/seconds.ts";
import { knownStacks } from "../environments/stacks.ts";
import { faults } from "./engine/crash/faults.ts";
import type { CaseResult } from "./engine/crash/matrix.ts";
import { runPart } from "./engine/crash/matrix-part.ts";
import { scenarios } from "./engine/crash/scenarios.ts";
import { renderMatrix } from "./engine/crash/table.ts";
import { engineTools } from "./engine/tools.ts";
import { outsideStacks } from "./engine/topologies.ts";
import { killRuns, killTable } from "./faults/kill.ts";
import { checkAnything, checkBroken, checkValid } from "./unit/planning/random-topologies.ts";

interface Options {
  readonly stack?: readonly string[];
  readonly scenario: readonly string[];
  readonly fault: readonly string[];
  readonly case?: string;
  readonly each: boolean;
  readonly results?: string;
  readonly processes: number;
  readonly kill: boolean;
  readonly runs: number;
  readonly seed: number;
  readonly only?: "matrix" | "random" | "kill" | "mesh";
  readonly real: boolean;
}

/** Points in the life of a run at which it is killed. */
const killPoints = 10;

await new Command("npm run test:faults --")
  .description(
    "What goes wrong, on purpose: the crash matrix, random topologies and, with --real, faults on real clusters.",
  )
  .option(
    "--stack <names...>",
    "only these stacks (default: all of stacks/, and those of existing clusters)",
  )
  .addOption(
    new Option("--scenario <names...>", "only these commands")
      .choices(scenarios.map(({ name }) => name))
      .default(scenarios.map(({ name }) => name)),
  )
  .addOption(
    new Option("--fault <names...>", "only these faults")
      .choices(faults.map(({ name }) => name))
      .default(faults.map(({ name }) => name)),
  )
  .option("--case <text>", "only cases whose name contains this")
  .option(
    "--each",
    "of each sort of case (command, operation, type, fault) the first in every stack",
    false,
  )
  .option("--results <file>", "keep results there, and run no case again that has one")
  .option("--processes <number>", "how many processes", wholeNumber, 1)
  .option("--kill", "kill engines even where it is known what that leaves", false)
  .option("--runs <number>", "random topologies of each sort", wholeNumber, 10_000)
  .option("--seed <number>", "of the random topologies", wholeNumber, Date.now() % 2 ** 31)
  .addOption(
    new Option("--only <part>", "one part alone; kill and mesh are those on real clusters").choices(
      ["matrix", "random", "kill", "mesh"],
    ),
  )
  .option("--real", "instead, on real clusters: `run` is killed; faults in a running mesh", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run test:faults
  npm run test:faults -- --stack mixed --case create/kind:index:Cluster/west/killed
  npm run test:faults -- --results faults.jsonl      # goes on where it was stopped
  npm run test:faults -- --results faults.jsonl --each   # the first of each sort; the rest by the line above
  npm run test:faults -- --only random --runs 10000 --seed 7
  npm run test:faults -- --only kill                 # on real clusters: run is killed
  IMAGES=~/images npm run test:faults -- --real      # that, and a mesh with a data plane

Exit status: 0 where everything survived, 1 otherwise.`,
  )
  .action(async (options: Options) => {
    const { only, real } = options;
    const passed =
      real || only === "kill" || only === "mesh"
        ? await onRealClusters(only)
        : await withDoubles(options);
    process.exitCode = passed ? 0 : 1;
  })
  .parseAsync();

async function withDoubles(options: Options): Promise<boolean> {
  const random =
    options.only === "matrix" || options.case !== undefined || randomTopologies(options);
  const matrix = options.only === "random" || (await crashMatrix(options));
  return random && matrix;
}

function randomTopologies({ runs, seed }: Options): boolean {
  const sorts = { valid: checkValid, "wrong in one place": checkBroken, anything: checkAnything };
  let passed = true;
  for (const [name, check] of Object.entries(sorts)) {
    const started = performance.now();
    try {
      check({ runs, seed });
      say(
        `${String(runs)} topologies, ${name}: passed in ${since(started)} (--seed ${String(seed)})`,
      );
    } catch (error) {
      passed = false;
      say(`topologies, ${name}: FAILED (--seed ${String(seed)})\n${describeError(error)}`);
    }
  }
  return passed;
}

async function crashMatrix(options: Options): Promise<boolean> {
  // Here rather than in every process: a first run builds the engine.
  await engineTools();
  const started = performance.now();
  const known = [...(await knownStacks()).map(({ name }) => name), ...Object.keys(outsideStacks)];
  const stacks = options.stack ?? known;
  for (const stack of stacks) {
    if (!known.includes(stack)) throw new Error(`no stack ${stack}; there are ${known.join(", ")}`);
  }
  const results = await earlierResults(options.results);
  // Every stack in as many parts as there are processes: the last one would else run alone.
  const of = options.processes;
  const queue = stacks.flatMap((stack) =>
    Array.from({ length: of }, (_, shard) => ({ stack, shard })),
  );
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { stack, shard } = next;
      await runPart(
        {
          stack,
          scenarios: options.scenario,
          faults: options.fault,
          case: options.case ?? "",
          each: options.each,
          really: options.kill,
          done: results.filter((result) => result.stack === stack).map(({ name }) => name),
          shard,
          of,
        },
        (result) => {
          results.push(result);
          tellResult(result);
          if (options.results !== undefined) {
            void appendFile(options.results, `${JSON.stringify(result)}\n`);
          }
        },
      );
    }
  };
  await Promise.all(Array.from({ length: of }, work));
  say(`\n${renderMatrix(results)}\n`);
  const lost = results.filter(({ problems }) => problems.length > 0);
  for (const { stack, name, problems } of lost)
    say(`not survived: ${stack} ${name}: ${problems.join("; ")}`);
  const survivors = results.length - lost.length;
  say(`${String(survivors)} of ${String(results.length)} cases survived, ${since(started)}`);
  return results.length > 0 && lost.length === 0;
}

function tellResult({ stack, name, problems, milliseconds }: CaseResult): void {
  const sign = problems.length === 0 ? "✔" : "✖";
  say(
    `${sign} ${stack} ${name} ${seconds(milliseconds)}${problems.map((problem) => `\n    ${problem}`).join("")}`,
  );
}

async function earlierResults(file: string | undefined): Promise<CaseResult[]> {
  const text = file === undefined ? "" : await readFile(file, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CaseResult);
}

async function onRealClusters(only: Options["only"]): Promise<boolean> {
  const killed = only === "mesh" || (await runsAreReaped());
  const mesh = only === "kill" || (await meshIsWatched());
  return killed && mesh;
}

async function runsAreReaped(): Promise<boolean> {
  const killed = await killRuns(killPoints, say);
  say(`\n${killTable(killed)}\n`);
  const left = killed.flatMap(({ share, leftByReap }) =>
    leftByReap.map((trace) => `killed at ${String(Math.round(share * 100))} %: ${trace}`),
  );
  for (const trace of left) say(`left by reap: ${trace}`);
  return left.length === 0;
}

async function meshIsWatched(): Promise<boolean> {
  const script = path.join(import.meta.dirname, "faults", "mesh.ts");
  const { exitCode } = await execa(process.execPath, [script], { stdio: "inherit", reject: false });
  return exitCode === 0;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("a whole number, please");
  return Number(text);
}

function since(started: number): string {
  return seconds(performance.now() - started);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
