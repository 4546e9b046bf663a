import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

/** When a test runs: with every push, or once a night. CONTRIBUTING.md says what is where. */
export const tiers = ["push", "nightly"] as const;
export type Tier = (typeof tiers)[number];

/** Which tests of a layer to run. */
export interface Selection {
  readonly tiers: readonly Tier[];
  /** Names of files and scenarios. @default all */
  readonly only?: readonly string[];
}

/** The selected files of a layer. */
export interface SelectedFiles {
  /** Absolute, sorted. */
  readonly files: readonly string[];
  /** Names that selected a file or a scenario in it. */
  readonly matched: readonly string[];
}

/** The environment variable that tells a file with scenarios which of them to run. */
export const onlyVariable = "TEST_ONLY";

const ending = /(\.nightly)?\.test\.ts$/;

/**
 * Selects test files: `x.test.ts` runs with every push, `x.nightly.test.ts` once a night. The name of both is
 * `x`. Scenarios have the names of their files, in the folder `x.scenarios` or `x.nightly.scenarios` beside it.
 *
 * @param folder the layer's, absolute
 */
export async function selectFiles(folder: string, selection: Selection): Promise<SelectedFiles> {
  const below = (await readdir(folder, { recursive: true })).sort();
  const files: string[] = [];
  const matched = new Set<string>();
  for (const file of below) {
    if (!ending.test(file)) continue;
    if (!selection.tiers.includes(isNightly(file) ? "nightly" : "push")) continue;
    const names = [path.basename(file).replace(ending, ""), ...scenariosOf(file, below)];
    const chosen = names.filter((name) => selection.only?.includes(name) ?? true);
    if (chosen.length > 0) files.push(path.join(folder, file));
    for (const name of chosen) matched.add(name);
  }
  return { files, matched: [...matched] };
}

/** Whether a test file runs only once a night. */
export function isNightly(file: string): boolean {
  return ending.exec(file)?.[1] !== undefined;
}

/** Files with scenarios come first: they take the longest, and the others run beside them. */
export function longestFirst(files: readonly string[]): string[] {
  const isShort = (file: string): number => (existsSync(scenarioFolder(file)) ? 0 : 1);
  return files.toSorted((a, b) => isShort(a) - isShort(b));
}

function scenarioFolder(file: string): string {
  return file.replace(/\.test\.ts$/, ".scenarios");
}

function scenariosOf(file: string, all: readonly string[]): string[] {
  const folder = scenarioFolder(file);
  return all
    .filter((other) => path.dirname(other) === folder && other.endsWith(".ts"))
    .map((other) => path.basename(other, ".ts"));
}

/** Whether to run a scenario of a file: because of its own name or the file's. */
export function isScenarioWanted(
  file: string,
  scenario: string,
  only = process.env[onlyVariable],
): boolean {
  if (only === undefined || only === "") return true;
  const names = only.split(",");
  return names.includes(scenario) || names.includes(path.basename(file).replace(ending, ""));
}
