// Test files that run in one process, one after the other.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, mock } from "node:test";
import { pathToFileURL } from "node:url";

/** How many files share a process. More would leave a processor idle at the end. */
const filesPerProcess = 8;

const ending = ".shared-process.mjs";

/** Whether a file is one that `sharedProcesses` has written. */
export function isSharedProcess(file: string): boolean {
  return file.endsWith(ending);
}

/**
 * Writes programs that run some test files each.
 *
 * @param files absolute, sorted: neighbours import much of the same
 * @param directory where the programs are to be
 * @returns the programs, for `node --test`
 */
export async function sharedProcesses(
  files: readonly string[],
  directory: string,
): Promise<string[]> {
  const programs: string[] = [];
  for (let begin = 0; begin < files.length; begin += filesPerProcess) {
    const program = path.join(directory, `${String(begin).padStart(4, "0")}${ending}`);
    const shared = JSON.stringify(files.slice(begin, begin + filesPerProcess));
    await writeFile(
      program,
      `import { runFile } from ${JSON.stringify(import.meta.filename)};
import { describe } from "node:test";
// Here, because a suite belongs to the file that declares it.
for (const file of ${shared}) describe(file, () => runFile(file));
`,
    );
    programs.push(program);
  }
  return programs;
}

/** Declares the tests of a file, in a suite of its own: hooks at the top of the file are for its tests only. */
export async function runFile(file: string): Promise<void> {
  let found: Surroundings;
  before(() => {
    found = surroundings();
  });
  await import(pathToFileURL(file).href);
  // After the file's own hooks.
  after(() => {
    mock.reset();
    const now = surroundings();
    const names = [...new Set([...Object.keys(found), ...Object.keys(now)])];
    // Values of variables may be secrets.
    assert.deepEqual(
      names.filter((name) => found[name] !== now[name]),
      [],
      "The test file leaves this changed for the files after it, which share its process. Restore it in a hook",
    );
  });
}

type Surroundings = Readonly<Record<string, unknown>>;

/** What a process has once. */
function surroundings(): Surroundings {
  return {
    ...process.env,
    "the working directory": process.cwd(),
    "the exit code": process.exitCode,
  };
}
