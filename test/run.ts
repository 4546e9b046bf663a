import os from "node:os";
import { Command, Option } from "commander";
import { describeError } from "../environments/commands/run-command.ts";
import { runPhases } from "../environments/report/phases.ts";
import { progressOutput } from "../environments/report/progress-output.ts";
import { seconds } from "../environments/report/seconds.ts";
import { testTools } from "./runner/tools.ts";
import { runChecks, runTests, type LayerResult } from "./runner/layers.ts";
import { findTraces, leaksBetween } from "./runner/leaks.ts";

interface Layer {
  readonly name: string;
  readonly title: string;
  /** Which of the tools it needs. */
  readonly needs?: "engine" | "clusters";
  run(): Promise<LayerResult>;
}

const cores = os.availableParallelism();

const layers: readonly Layer[] = [
  { name: "types", title: "types", run: () => runChecks([["tsc", "--noEmit"]]) },
  {
    name: "lint",
    title: "lint and format",
    run: () =>
      runChecks([
        ["eslint", "."],
        ["prettier", "--check", "--log-level=warn", "."],
      ]),
  },
  {
    name: "unit",
    title: "unit tests",
    run: () => runTests("test/unit/**/*.test.ts", { concurrency: cores }),
  },
  {
    name: "graph",
    title: "component tests on the resource graph",
    run: () => runTests("test/graph/**/*.test.ts", { concurrency: cores }),
  },
  {
    name: "engine",
    title: "engine tests: the real Pulumi engine with doubles of the providers",
    needs: "engine",
    run: () => runTests("test/engine/**/*.test.ts", { concurrency: cores }),
  },
  {
    name: "e2e",
    title: "end to end on real kind clusters",
    needs: "clusters",
    // One after the other: each of them takes all of a small machine.
    run: () => runTests("test/e2e/**/*.test.ts", { concurrency: 1 }),
  },
];

await new Command("npm test --")
  .description("Runs everything that can be tested on this machine, layer by layer.")
  .addOption(
    new Option("--layer <names...>", "only these layers").choices(layers.map(({ name }) => name)),
  )
  .addHelpText(
    "after",
    `
Examples:
  npm test
  npm test -- --layer unit graph
  IMAGES=~/images npm test        # with real images of Linkerd's, and so with a data plane`,
  )
  .action(async ({ layer: names }: { readonly layer?: readonly string[] }) => {
    const chosen = layers.filter(({ name }) => names?.includes(name) ?? true);
    process.exitCode = (await runLayers(chosen)) ? 0 : 1;
  })
  .parseAsync();

async function runLayers(chosen: readonly Layer[]): Promise<boolean> {
  const before = await findTraces();
  const summary: string[] = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  const prepared = new Map<string, string | undefined>();
  for (const layer of chosen) {
    heading(layer.title);
    const started = performance.now();
    const obstacle = layer.needs && (await prepare(layer.needs, prepared));
    const result =
      obstacle === undefined ? await layer.run() : { passed: 0, failed: [], skipped: [obstacle] };
    total.passed += result.passed;
    total.failed += result.failed.length;
    total.skipped += result.skipped.length;
    summary.push(
      `${layer.name.padEnd(8)} ${counts(result.passed, result.failed.length, result.skipped.length)}, ` +
        seconds(performance.now() - started),
      // Once more here: of a long log, people and machines look at the end.
      ...result.failed.map((failure) => `           failed: ${indented(failure)}`),
      ...result.skipped.map((reason) => `           skipped: ${reason}`),
    );
  }
  const leaks = leaksBetween(before, await findTraces());
  for (const leak of leaks) summary.push(`left by the tests: ${leak}`);
  if (leaks.length > 0) total.failed++;
  heading("summary");
  process.stdout.write(`${summary.join("\n")}\n`);
  process.stdout.write(`${counts(total.passed, total.failed, total.skipped)}\n`);
  return total.failed === 0;
}

/**
 * Brings the tools that a layer needs, here rather than in a test, so that the long builds of a first
 * run are seen.
 *
 * @returns why that was not possible
 */
async function prepare(
  needs: "engine" | "clusters",
  prepared: Map<string, string | undefined>,
): Promise<string | undefined> {
  if (prepared.has(needs)) return prepared.get(needs);
  let obstacle: string | undefined;
  try {
    await runPhases(
      [{ title: "tools", run: async (tell) => testTools(needs, tell) }],
      progressOutput(),
    );
  } catch (error) {
    obstacle = describeError(error);
  }
  prepared.set(needs, obstacle);
  return obstacle;
}

function heading(title: string): void {
  process.stdout.write(`\n━━ ${title} ${"━".repeat(Math.max(3, 90 - title.length))}\n\n`);
}

/** As much of a failure as one wants to see in a summary. */
function indented(failure: string): string {
  const lines = failure.trimEnd().split("\n");
  const shown = lines.slice(0, 25);
  if (lines.length > shown.length) shown.push(`(${lines.length - shown.length} more lines above)`);
  return shown.join("\n             ");
}

function counts(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
