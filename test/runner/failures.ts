import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** How many lines of a failure the summary shows. */
const shown = 40;
/** How many of them are its first lines, and as many its last. */
const ends = 8;

/** A line that reports a problem, or belongs to a diff. */
const telling = /[✗✖]|^\s*[+-]\s|\b(?:errors?|fail(?:s|ed|ure)?|timed out|not within)\b/i;

/**
 * Shortens a failure for the summary: its beginning, its end, and the lines between them that report a
 * problem. A long table of passed checks would hide those.
 */
export function shortened(failure: string): string[] {
  const lines = failure.trimEnd().split("\n");
  if (lines.length <= shown) return lines;
  const numbers = lines.map((_, number) => number);
  const middle = numbers.slice(ends, -ends);
  const isTelling = (number: number): boolean => telling.test(lines[number] ?? "");
  const first = [...middle.filter(isTelling), ...middle.filter((number) => !isTelling(number))];
  const kept = [
    ...numbers.slice(0, ends),
    ...first.slice(0, shown - 2 * ends),
    ...numbers.slice(-ends),
  ].sort((a, b) => a - b);
  return kept.flatMap((number, index) => {
    const left = number - (kept[index - 1] ?? -1) - 1;
    return [...(left > 0 ? [`… ${left} more lines`] : []), lines[number] ?? ""];
  });
}

/** Writes all failures in full, or removes those of an earlier run. */
export async function writeFailures(file: string, failures: readonly string[]): Promise<void> {
  await rm(file, { force: true });
  if (failures.length === 0) return;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, failures.map((failure) => `${failure.trimEnd()}\n`).join("\n"));
}
