import { writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../../system/cache-directory.ts";
import type { PartFigures } from "./figures.ts";
import type { TestRecord } from "./reporter.ts";
import { sharedProcesses } from "./shared-process.ts";

/** One layer of the tests and its result. */
export interface LayerResult {
  readonly passed: number;
  /** The name and the failure of each failed test. */
  readonly failed: readonly string[];
  /** What could not run because of an earlier failure, and why. */
  readonly notRun?: readonly string[];
  /** Why each skipped test was skipped. */
  readonly skipped: readonly string[];
  /** How long each of its files or programs took. */
  readonly parts: readonly PartFigures[];
  /** Its output, if it was held back. */
  readonly output?: string;
}

export const root = path.resolve(import.meta.dirname, "../..");

/**
 * The niceness of tests beside real clusters. They get the time that the clusters leave. With less of it,
 * tests would exceed limits of their own.
 */
const nicenessAside = 10;

/**
 * Lets a process that leads a session of its own come after all others, with all that it starts.
 *
 * Linux may share the processor out by session, and compares niceness within one session only
 * (sched(7), "The autogroup feature"). The containers of a cluster are sessions of their own: niceness alone
 * would take their time away.
 */
function stepAside(pid: number | undefined): void {
  if (pid === undefined) return;
  os.setPriority(pid, Math.max(os.getPriority(), nicenessAside));
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nicenessAside));
  } catch {
    // A kernel without this feature compares niceness everywhere.
  }
  endWithThisProcess(pid);
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A terminal's signals don't reach another session. */
function endWithThisProcess(leader: number): void {
  const end = (): void => {
    try {
      process.kill(-leader, "SIGTERM");
    } catch {
      // It has ended.
    }
  };
  process.once("exit", end);
  for (const signal of endings) {
    process.once(signal, () => {
      end();
      process.kill(process.pid, signal);
    });
  }
}

/**
 * Programs that check the whole source, one after the other. Each counts as one test.
 *
 * @param options.aside whether they yield to other programs
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
      detached: aside,
      env: { FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
      reject: false,
    });
    if (aside) stepAside(running.pid);
    const { exitCode, all } = await running;
    const command = [program, ...args].join(" ");
    // In one write, because other layers print meanwhile.
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
  /** Holds back the output until the end, because other layers print meanwhile. */
  readonly held?: boolean;
  /** Whether they yield to other programs. */
  readonly aside?: boolean;
  /** Whether files share processes, which then load once what they have in common. @default false */
  readonly shareProcesses?: boolean;
}

/** Runs test files by Node.js' own runner. */
export async function runTests(
  files: readonly string[],
  { concurrency, env, held = false, aside = false, shareProcesses = false }: TestOptions,
): Promise<LayerResult> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "test-results-"));
  const results = path.join(directory, "results.jsonl");
  try {
    const processes = shareProcesses ? await sharedProcesses(files, directory) : files;
    const running = execa(
      process.execPath,
      [
        "--test",
        `--test-concurrency=${concurrency}`,
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        `--test-reporter=${path.join(import.meta.dirname, "reporter.ts")}`,
        `--test-reporter-destination=${results}`,
        ...processes,
      ],
      {
        cwd: root,
        ...(held
          ? { stdin: "ignore" as const, all: true }
          : { stdio: "inherit" as const, all: false }),
        reject: false,
        detached: aside,
        // Every process would compile again what it imports.
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

/** The combined result of a layer's parts that ran separately. */
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
 * A layer whose tools can't be had. CI fails, because it tested nothing. On a person's machine, for example
 * without Docker, the other layers are still useful.
 */
export function blocked(obstacle: string, inCI: boolean): LayerResult {
  return inCI
    ? { passed: 0, failed: [`its tools are not available: ${obstacle}`], skipped: [], parts: [] }
    : { passed: 0, failed: [], skipped: [obstacle], parts: [] };
}

/** The result from a run's records and the exit code of its process. */
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
  // A runner that failed without naming a test has failed as well, and so has one without tests.
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

/** Node.js reports suites before their file, wherever they are declared. Suites in others aren't listed. */
function partsOf(records: readonly TestRecord[]): PartFigures[] {
  const files: PartFigures[] = [];
  let suites: { readonly nesting: number; readonly part: PartFigures }[] = [];
  for (const record of records) {
    if (record.kind === "test") continue;
    const { name } = record;
    const milliseconds = Math.round(record.milliseconds);
    if (record.kind === "suite") {
      suites.push({ nesting: record.nesting, part: { name, milliseconds } });
    } else {
      const top = Math.min(...suites.map(({ nesting }) => nesting));
      const parts = suites.flatMap(({ nesting, part }) => (nesting === top ? [part] : []));
      files.push({
        name: path.relative(root, name),
        milliseconds,
        ...(parts.length > 1 && { parts }),
      });
      suites = [];
    }
  }
  return files;
}
