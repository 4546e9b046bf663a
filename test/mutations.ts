import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { mutations, type Mutation } from "./mutations/table.ts";
import { root } from "./runner/layers.ts";
import type { TestRecord } from "./runner/reporter.ts";
import { temporaryDirectory } from "./temporary.ts";

// Makes one mistake after the other in a copy of the project, and demands that the tests of it fail.

const directory = await temporaryDirectory("ktest");
try {
  process.exitCode = (await runAll()) ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function runAll(): Promise<boolean> {
  await copyProject();
  const whole = [...new Set(mutations.flatMap(({ tests }) => tests))];
  const before = await failuresOf(whole);
  for (const name of before) say(`✖ fails without any mutation: ${name}`);
  let noticed = 0;
  for (const mutation of mutations) {
    const { title, file } = mutation;
    const trouble = await troubleWith(mutation, before);
    if (trouble === undefined) noticed++;
    say(`${trouble === undefined ? "✔" : "✖"} ${file.padEnd(48)} ${title}`);
    if (trouble !== undefined) say(`    ${trouble}`);
  }
  say(`${noticed} of ${mutations.length} mutations were noticed`);
  return noticed === mutations.length && before.length === 0;
}

/** Why a mutation proves nothing, or that it survived. */
async function troubleWith(
  { file, find, replace, tests }: Mutation,
  before: readonly string[],
): Promise<string | undefined> {
  const place = path.join(directory, file);
  const text = await readFile(place, "utf8");
  const parts = text.split(find);
  if (parts.length !== 2) return `\`${find}\` is in it ${parts.length - 1} times, and not once`;
  await writeFile(place, parts.join(replace));
  try {
    const failures = (await failuresOf(tests)).filter((name) => !before.includes(name));
    return failures.length > 0 ? undefined : `survived: ${tests.join(", ")} passed`;
  } finally {
    await writeFile(place, text);
  }
}

/**
 * Tests that fail.
 *
 * @throws Error where a file could not be run at all, which would pass for having noticed
 */
async function failuresOf(tests: readonly string[]): Promise<string[]> {
  const results = path.join(directory, "results.jsonl");
  const reporter = path.join(directory, "test/runner/reporter.ts");
  const { all } = await execa(
    process.execPath,
    [
      "--test",
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${results}`,
      ...tests,
    ],
    { cwd: directory, reject: false, all: true, stdin: "ignore" },
  );
  const lines = (await readFile(results, "utf8")).split("\n").filter((line) => line !== "");
  const records = lines.map((line) => JSON.parse(line) as TestRecord);
  const failed = records.flatMap((one) =>
    one.kind === "test" && one.outcome === "failed" ? [one] : [],
  );
  for (const test of tests) {
    const file = path.join(directory, test);
    const own = records.filter((record) => record.kind === "test" && record.file === file);
    if (own.length === 0 || failed.some(({ name }) => path.resolve(directory, name) === file)) {
      throw new Error(`${test} could not be run:\n${all}`);
    }
  }
  return failed.map(({ name }) => name);
}

async function copyProject(): Promise<void> {
  const { stdout } = await execa(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root },
  );
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    const to = path.join(directory, file);
    await mkdir(path.dirname(to), { recursive: true });
    // A file that git knows may be deleted in this checkout.
    await cp(path.join(root, file), to).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  }
  await symlink(path.join(root, "node_modules"), path.join(directory, "node_modules"));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
