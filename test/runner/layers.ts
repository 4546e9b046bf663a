import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../../system/cache-directory.ts";
import type { PartFigures } from "./figures.ts";
import type { TestRecord } from "./reporter.ts";

/** One layer of the tests, with what came of it. */
export interface LayerResult {
  readonly passed: number;
  /** What each failed test is called and failed with. */
  readonly failed: readonly string[];
  /** What could not be run because of what failed before, and why. */
  readonly notRun?: readonly string[];
  /** Why each skipped test was. */
  readonly skipped: readonly string[];
  /** How long each of its files, or programs, took. */
  readonly parts: readonly PartFigures[];
  /** What it printed, where that was held back. */
  readonly output?: string;
}

export const root = path.resolve(import.meta.dirname, "../..");

/**
 * Of what runs beside real clusters. It gets the time that these leave; with less of it, tests would not
 * come to their end within limits of their own.
 */
const nicenessAside = 10;

/** Lets a process, and all that it starts from now on, come after others. */
function stepAside(pid: number | undefined): void {
  if (pid !== undefined) os.setPriority(pid, Math.max(os.getPriority(), nicenessAside));
}

/**
 * Programs that check the source as a whole, one after the other; each counts as one test.
 *
 * @param options.aside whether they come after others that want the processor
 */
export async function runChecks(
  commands: readonly (readonly string[])[],
  { aside = false } = {},
): Promise<LayerResult> {
  let passed = 0;
  const failed: string[] = [];
  const parts: PartFigures[] = [];
  for (const [program = "", ...args] of commands) {
    const started = performance.now();
    const running = execa(program, args, {
      cwd: root,
      preferLocal: true,
      stdin: "ignore",
      all: true,
      env: { FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
      reject: false,
    });
    if (aside) stepAside(running.pid);
    const { exitCode, all } = await running;
    const command = [program, ...args].join(" ");
    // At once: other layers write as well meanwhile.
    process.stdout.write(
      `${all}${all === "" ? "" : "\n"}${exitCode === 0 ? "✔" : "✖"} ${command}\n`,
    );
    if (exitCode === 0) passed++;
    else failed.push(`${command}: exit code ${exitCode ?? "none"}`);
    parts.push({ name: command, milliseconds: Math.round(performance.now() - started) });
  }
  return { passed, failed, skipped: [], parts };
}

interface TestOptions {
  /** How many files at a time. */
  readonly concurrency: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Holds back what is printed until the end: others print meanwhile. */
  readonly held?: boolean;
  /** Whether they come after others that want the processor. */
  readonly aside?: boolean;
}

/** Test files, by Node's own runner. */
export async function runTests(
  files: readonly string[],
  { concurrency, env, held = false, aside = false }: TestOptions,
): Promise<LayerResult> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "test-results-"));
  const results = path.join(directory, "results.jsonl");
  try {
    const running = execa(
      process.execPath,
      [
        "--test",
        `--test-concurrency=${concurrency}`,
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        `--test-reporter=${path.join(import.meta.dirname, "reporter.ts")}`,
        `--test-reporter-destination=${results}`,
        ...files,
      ],
      {
        cwd: root,
        ...(held
          ? { stdin: "ignore" as const, all: true }
          : { stdio: "inherit" as const, all: false }),
        reject: false,
        // Every test file is a process of its own, which would compile all that it imports again.
        env: { NODE_COMPILE_CACHE: path.join(cacheDirectory(), "node-compile"), ...env },
      },
    );
    if (aside) stepAside(running.pid);
    const { exitCode, all } = await running;
    const records = (await readFile(results, "utf8").catch(() => ""))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as TestRecord);
    return { ...resultOf(records, exitCode), ...(held && { output: all ?? "" }) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What came of the parts of a layer that ran apart. */
export function together(results: readonly LayerResult[]): LayerResult {
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.flatMap(({ failed }) => failed),
    notRun: results.flatMap(({ notRun = [] }) => notRun),
    skipped: results.flatMap(({ skipped }) => skipped),
    parts: results.flatMap(({ parts }) => parts),
  };
}

/**
 * A layer whose tools can't be had. CI has to know that it tested nothing; on somebody's machine, such as
 * one without Docker, the other layers are still worth something.
 */
export function blocked(obstacle: string, inCI: boolean): LayerResult {
  return inCI
    ? { passed: 0, failed: [`its tools are not available: ${obstacle}`], skipped: [], parts: [] }
    : { passed: 0, failed: [], skipped: [obstacle], parts: [] };
}

/** What the records of a run say, and how its process ended. */
export function resultOf(
  records: readonly TestRecord[],
  exitCode: number | undefined,
): LayerResult {
  const tests = records.filter((record) => record.kind === "test");
  const told = (wanted: "failed" | "not run"): string[] =>
    tests
      .filter(({ outcome }) => outcome === wanted)
      .map(({ name, file, reason = "" }) => `${name} (${path.relative(root, file)}): ${reason}`);
  const failed = told("failed");
  // A runner that ended badly without naming a test has failed as well, and so has one without tests.
  if (failed.length === 0 && (exitCode !== 0 || tests.length === 0))
    failed.push(`the runner: exit code ${exitCode ?? "none"} after ${tests.length} tests`);
  return {
    passed: tests.filter(({ outcome }) => outcome === "passed").length,
    failed,
    notRun: told("not run"),
    skipped: tests
      .filter(({ outcome }) => outcome === "skipped")
      .map(({ name, reason = "" }) => `${name}: ${reason}`),
    parts: partsOf(records),
  };
}

/** Suites come before the file that they are in, wherever they are declared. */
function partsOf(records: readonly TestRecord[]): PartFigures[] {
  const files: PartFigures[] = [];
  let suites: PartFigures[] = [];
  for (const record of records) {
    if (record.kind === "test") continue;
    const { kind, name } = record;
    const milliseconds = Math.round(record.milliseconds);
    if (kind === "suite") suites.push({ name, milliseconds });
    else {
      const parts = suites.length > 1 ? { parts: suites } : {};
      files.push({ name: path.relative(root, name), milliseconds, ...parts });
      suites = [];
    }
  }
  return files;
}
