import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../../components/cache-directory.ts";
import type { TestRecord } from "./reporter.ts";

/** One layer of the tests, with what came of it. */
export interface LayerResult {
  readonly passed: number;
  /** What each failed test is called and failed with. */
  readonly failed: readonly string[];
  /** Why each skipped test was. */
  readonly skipped: readonly string[];
}

const root = path.resolve(import.meta.dirname, "../..");

/** Programs that check the source as a whole; each counts as one test. */
export async function runChecks(commands: readonly (readonly string[])[]): Promise<LayerResult> {
  let passed = 0;
  const failed: string[] = [];
  for (const [program = "", ...args] of commands) {
    const { exitCode } = await execa(program, args, {
      cwd: root,
      preferLocal: true,
      stdio: "inherit",
      reject: false,
    });
    const command = [program, ...args].join(" ");
    process.stdout.write(`${exitCode === 0 ? "✔" : "✖"} ${command}\n`);
    if (exitCode === 0) passed++;
    else failed.push(`${command}: exit code ${exitCode ?? "none"}`);
  }
  return { passed, failed, skipped: [] };
}

/** Test files, by Node's own runner. */
export async function runTests(
  pattern: string,
  options: { readonly concurrency: number; readonly env?: Readonly<Record<string, string>> },
): Promise<LayerResult> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "test-results-"));
  const results = path.join(directory, "results.jsonl");
  try {
    const { exitCode } = await execa(
      process.execPath,
      [
        "--test",
        `--test-concurrency=${options.concurrency}`,
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        `--test-reporter=${path.join(import.meta.dirname, "reporter.ts")}`,
        `--test-reporter-destination=${results}`,
        pattern,
      ],
      {
        cwd: root,
        stdio: "inherit",
        reject: false,
        // Every test file is a process of its own, which would compile all that it imports anew.
        env: { NODE_COMPILE_CACHE: path.join(cacheDirectory(), "node-compile"), ...options.env },
      },
    );
    const records = (await readFile(results, "utf8").catch(() => ""))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as TestRecord);
    const of = (outcome: TestRecord["outcome"]): readonly TestRecord[] =>
      records.filter((record) => record.outcome === outcome);
    const failed = of("failed").map(
      ({ name, file, reason = "" }) => `${name} (${path.relative(root, file)}): ${reason}`,
    );
    // A runner that ended badly without naming a test has failed as well, and so has one without tests.
    if (failed.length === 0 && (exitCode !== 0 || records.length === 0))
      failed.push(`the runner: exit code ${exitCode ?? "none"} after ${records.length} tests`);
    return {
      passed: of("passed").length,
      failed,
      skipped: of("skipped").map(({ name, reason = "" }) => `${name}: ${reason}`),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
