import os from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import pLimit from "p-limit";
import { describeError } from "../environments/commands/run-command.ts";
import { runPhases } from "../environments/report/phases.ts";
import { progressOutput } from "../environments/report/progress-output.ts";
import { seconds } from "../environments/report/seconds.ts";
import { compiler } from "../scripts/typescript.mjs";
import { shortened, writeFailures } from "./runner/failures.ts";
import { slowestFirst, writeFigures } from "./runner/figures.ts";
import { blocked, root, runChecks, runTests, together, type LayerResult } from "./runner/layers.ts";
import {
  findTraces,
  leaksBetween,
  leftBefore,
  removeOwnFiles,
  type Trace,
} from "./runner/leaks.ts";
import {
  isNightly,
  longestFirst,
  onlyVariable,
  selectFiles,
  tiers,
  type Selection,
  type Tier,
} from "./runner/test-files.ts";
import { testTools } from "./runner/tools.ts";

interface Layer {
  readonly name: string;
  readonly title: string;
  /** Which of the tools it needs. */
  readonly needs?: "engine" | "clusters";
  /** Programs that check the source as a whole. */
  readonly checks?: readonly (readonly string[])[];
  /** Where its test files are. */
  readonly folder?: string;
  /** How many processes at a time. */
  readonly concurrency: number;
  /** Whether files share processes. @default a process for each */
  readonly shareProcesses?: boolean;
  /** Whether it runs beside the real clusters, if they are tested too, in the time that they leave. */
  readonly beside?: boolean;
}

interface Options {
  readonly layer?: readonly string[];
  readonly tier?: Tier | "all";
  readonly only?: readonly string[];
  readonly beside?: boolean;
  readonly lanes: number;
}

/** How layers share the machine. */
type Sharing = Pick<Options, "beside" | "lanes">;

/** What preparing a layer's tools came to. */
interface Prepared {
  /** Why they can't be had. */
  readonly obstacle?: string;
  /** Variables that tell the tests what was found, so that they don't look again. */
  readonly env: Readonly<Record<string, string>>;
}

const ready: Prepared = { env: {} };

const cores = os.availableParallelism();
const nothing: Counts = { passed: 0, failed: 0, skipped: 0, notRun: 0 };
const inCI = process.env["CI"] !== undefined && process.env["CI"] !== "false";

/** Where the figures of the last run are. */
const figuresFile = path.join(root, "test-results", "figures.json");

/** The whole text of what failed in it. */
const failuresFile = path.join(root, "test-results", "failures.txt");

const layers: readonly Layer[] = [
  {
    name: "types",
    title: "types",
    checks: [
      ["node", compiler, "--noEmit"],
      ["node", compiler, "-p", "ui/web"],
    ],
    concurrency: 1,
    beside: true,
  },
  {
    name: "lint",
    title: "lint and format",
    checks: [
      ["oxlint", "."],
      ["depcruise", "."],
      ["oxfmt", "--check", "."],
    ],
    concurrency: 1,
    beside: true,
  },
  {
    name: "unit",
    title: "unit tests",
    folder: "test/unit",
    // Many of them wait.
    concurrency: 2 * cores,
    // To load the modules took most of the time of most files.
    shareProcesses: true,
  },
  {
    name: "graph",
    title: "component tests on the resource graph",
    folder: "test/graph",
    concurrency: cores,
  },
  {
    name: "engine",
    title: "engine tests: the real Pulumi engine with doubles of the providers",
    folder: "test/engine",
    needs: "engine",
    // No file runs more than one engine at a time, and some wait for a time limit.
    concurrency: cores + 1,
  },
  {
    name: "e2e",
    title: "end to end on real kind clusters",
    folder: "test/e2e",
    needs: "clusters",
    // One after the other, unless lanes were asked for: each of them takes most of a small machine.
    concurrency: 1,
  },
];

await new Command("npm test --")
  .description("Runs everything that can be tested on this machine, layer by layer.")
  .addOption(
    new Option("--layer <names...>", "only these layers").choices(layers.map(({ name }) => name)),
  )
  .addOption(
    new Option("--tier <name>", "tests of every push, or those that are left for the night")
      .choices([...tiers, "all"])
      .default(undefined, "push"),
  )
  .option("--only <names...>", "only these test files or scenarios, of all tiers, by name")
  .option("--beside", "run the tests of all layers beside the real clusters")
  .addOption(
    new Option("--lanes <number>", "how many test files with real clusters run at a time")
      .argParser(atLeastOne)
      .default(1),
  )
  .addHelpText(
    "after",
    `
Examples:
  npm test
  npm test -- --layer unit graph
  npm test -- --only federated    # a test file or a scenario alone
  npm test -- --tier nightly      # what is left for the night
  IMAGES=~/images npm test        # with real images of Linkerd's, and so with a data plane`,
  )
  .action(async (options: Options) => {
    process.exitCode = (await runSelected(options)) ? 0 : 1;
  })
  .parseAsync();

/** A layer with the files that were chosen of it. */
interface Chosen {
  readonly layer: Layer;
  readonly files: readonly string[];
}

function atLeastOne(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("It has to be a whole number, at least 1.");
}

async function runSelected(options: Options): Promise<boolean> {
  const { layer: names, tier, only } = options;
  const one = tier ?? (only === undefined ? "push" : "all");
  const selection: Selection = { tiers: one === "all" ? tiers : [one], ...(only && { only }) };
  const wanted = layers.filter(({ name }) => names?.includes(name) ?? true);
  const unknown = new Set(only);
  const chosen: Chosen[] = [];
  for (const layer of wanted) {
    if (layer.folder === undefined) {
      if (only === undefined && selection.tiers.includes("push")) chosen.push({ layer, files: [] });
      continue;
    }
    const { files, matched } = await selectFiles(path.join(root, layer.folder), selection);
    for (const name of matched) unknown.delete(name);
    if (files.length > 0) chosen.push({ layer, files });
  }
  if (unknown.size > 0 || chosen.length === 0) {
    const which = unknown.size > 0 ? ` is called ${[...unknown].join(" or ")}` : " was chosen";
    process.stdout.write(
      `No test file or scenario${which} in the layers ${wanted.map(({ name }) => name).join(", ")}.\n` +
        "A file's name is that before .test.ts, a scenario's that of its file in a folder *.scenarios.\n",
    );
    return end({ ...nothing, failed: 1 });
  }
  return runLayers(chosen, selection, options);
}

async function runLayers(
  chosen: readonly Chosen[],
  selection: Selection,
  { beside = false, lanes }: Sharing,
): Promise<boolean> {
  const before = await findTraces();
  const old = leftBefore(before);
  if (old.length > 0) {
    process.stdout.write(
      `An earlier run of the tests left this, and has ended. Remove it:\n${removals(old)}\n`,
    );
    // Nobody else works where CI does: tests would find it, or it would be taken for theirs.
    if (inCI && (await removeOwnFiles(old)).length > 0) return end({ ...nothing, failed: 1 });
  }
  const began = new Date();
  const summary: string[] = [];
  const total = { ...nothing };
  const ran: { layer: Layer; result: LayerResult; milliseconds: number }[] = [];
  const note = async (layer: Layer, run: () => Promise<LayerResult>): Promise<void> => {
    const started = performance.now();
    const result = await run();
    ran.push({ layer, result, milliseconds: Math.round(performance.now() - started) });
  };
  const withClusters = chosen.some(({ layer }) => layer.needs === "clusters");
  const isAside = ({ layer }: Chosen): boolean =>
    withClusters && layer.needs !== "clusters" && (beside || layer.beside === true);
  let clustersBegin = (): void => undefined;
  const clustersBegun = new Promise<void>((resolve) => {
    clustersBegin = resolve;
  });
  const prepared = new Map<string, Promise<Prepared>>();
  const runLayer = async (one: Chosen): Promise<LayerResult> => {
    const { layer, files } = one;
    const aside = isAside(one);
    if (layer.checks !== undefined) return runChecks(layer.checks, { aside });
    if (!aside) heading(layer.title);
    const { obstacle, env } = layer.needs ? await prepare(layer.needs, prepared, files) : ready;
    if (layer.needs === "clusters") clustersBegin();
    if (obstacle !== undefined) return blocked(obstacle, inCI);
    const variables = { ...env, [onlyVariable]: selection.only?.join(",") ?? "" };
    if (layer.needs === "clusters" && lanes > 1) return inLanes(files, lanes, variables);
    const concurrency = aside ? 1 : layer.concurrency;
    const result = await runTests(files, {
      concurrency,
      env: variables,
      held: aside,
      aside,
      shareProcesses: layer.shareProcesses ?? false,
    });
    if (result.output !== undefined) {
      heading(layer.title);
      process.stdout.write(result.output + "\n");
    }
    return result;
  };
  const inTurn = async (some: readonly Chosen[]): Promise<void> => {
    for (const one of some) await note(one.layer, () => runLayer(one));
  };
  const isCheck = ({ layer }: Chosen): boolean => layer.checks !== undefined;
  if (withClusters) {
    // Real clusters wait for much. They begin first: their tools include those of the others.
    await Promise.all([
      inTurn(chosen.filter((one) => !isAside(one))),
      clustersBegun.then(() => inTurn(chosen.filter(isAside))),
    ]);
  } else {
    // Tests that need no tools leave a core to the checks; an engine needs more than one.
    const light = chosen.filter((one) => !isCheck(one) && one.layer.needs === undefined);
    await Promise.all([inTurn(chosen.filter(isCheck)), inTurn(light)]);
    await inTurn(chosen.filter(({ layer }) => layer.needs !== undefined));
  }
  const inOrder = layers.flatMap((layer) => ran.filter((one) => one.layer === layer));
  for (const { layer, result, milliseconds } of inOrder) {
    total.passed += result.passed;
    total.failed += result.failed.length;
    total.skipped += result.skipped.length;
    total.notRun += result.notRun?.length ?? 0;
    summary.push(
      `${layer.name.padEnd(8)} ${counts(countsOf(result))}, ${seconds(milliseconds)}`,
      ...slowestFirst(result.parts, "  "),
      // Once more here: of a long log, people and machines look at the end.
      ...result.failed.map(
        (failure) => `           failed: ${shortened(failure).join("\n             ")}`,
      ),
      ...(result.notRun ?? []).map((test) => `           not run: ${test}`),
      ...result.skipped.map((reason) => `           skipped: ${reason}`),
    );
  }
  const leaks = leaksBetween(before, await findTraces());
  if (leaks.length > 0) {
    total.failed++;
    summary.push("left by the tests; remove it by", removals(leaks));
  }
  heading("summary");
  process.stdout.write(`${summary.join("\n")}\n`);
  const failures = inOrder.flatMap(({ result }) => result.failed);
  await writeFailures(failuresFile, failures);
  if (failures.length > 0) {
    process.stdout.write(`The failures as a whole are in ${path.relative(root, failuresFile)}\n`);
  }
  await writeFigures(figuresFile, {
    began: began.toISOString(),
    tiers: selection.tiers,
    cores,
    milliseconds: Date.now() - began.getTime(),
    layers: inOrder.map(({ layer, result, milliseconds }) => ({
      name: layer.name,
      milliseconds,
      ...countsOf(result),
      parts: result.parts,
    })),
  });
  process.stdout.write(
    `${seconds(Date.now() - began.getTime())} in all; the figures are in ${path.relative(root, figuresFile)}\n`,
  );
  return end(total);
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Because of what failed before. */
  readonly notRun: number;
}

/** Prints the line that the output ends with. */
function end(total: Counts): boolean {
  process.stdout.write(`${counts(total)}\n`);
  return total.failed === 0;
}

/** Several files at a time; each prints when it has ended. */
async function inLanes(
  files: readonly string[],
  lanes: number,
  env: Readonly<Record<string, string>>,
): Promise<LayerResult> {
  const results = await pLimit(lanes).map(longestFirst(files), async (file) => {
    const result = await runTests([file], { concurrency: 1, env, held: true });
    process.stdout.write(`${result.output ?? ""}\n`);
    return result;
  });
  return together(results);
}

/**
 * Brings the tools that a layer needs, here rather than in a test, so that the long builds of a first
 * run are seen. Those of one layer after those of the other: they have much in common.
 */
async function prepare(
  needs: "engine" | "clusters",
  prepared: Map<string, Promise<Prepared>>,
  files: readonly string[],
): Promise<Prepared> {
  const known = prepared.get(needs);
  if (known !== undefined) return known;
  const others = [...prepared.values()];
  const result = Promise.all(others).then(() => bring(needs, files.some(isNightly)));
  prepared.set(needs, result);
  return result;
}

async function bring(needs: "engine" | "clusters", nightly: boolean): Promise<Prepared> {
  let result = ready;
  try {
    const run = async (tell: Parameters<typeof testTools>[1]): Promise<string> => {
      const { summary, env } = await testTools(needs, tell, nightly);
      result = { env };
      return summary;
    };
    await runPhases([{ title: "tools", run }], progressOutput());
    return result;
  } catch (error) {
    return { obstacle: describeError(error), env: {} };
  }
}

function heading(title: string): void {
  process.stdout.write(`\n━━ ${title} ${"━".repeat(Math.max(3, 90 - title.length))}\n\n`);
}

function removals(traces: readonly Trace[]): string {
  return traces.map(({ removal }) => `  ${removal}`).join("\n");
}

function countsOf({ passed, failed, skipped, notRun = [] }: LayerResult): Counts {
  return { passed, failed: failed.length, skipped: skipped.length, notRun: notRun.length };
}

function counts({ passed, failed, skipped, notRun }: Counts): string {
  const others = notRun > 0 ? `, ${notRun} not run` : "";
  return `${passed} passed, ${failed} failed, ${skipped} skipped${others}`;
}
