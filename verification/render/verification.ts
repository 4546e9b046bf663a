import { failuresOf } from "../prove.ts";
import type { Verification } from "../verify.ts";
import { countsOf, inWords, noticesIn } from "./counts.ts";
import { grouped, type ResultsOfCheck, type SameResult } from "./grouped.ts";
import { columns } from "./table.ts";
import { indented, printableIn } from "../../system/printable.ts";
import { type Screen, type Style, styleOf } from "./style.ts";

/** If a check passed for more subjects than this, their number says more than their lines. */
const mostLines = 6;

/** Longer texts go below, with what to do. */
const mostCharacters = 100;

/**
 * A verification for a person: every check in its group, and at the end each failure with what is wrong and
 * how to fix it, and each notice.
 */
export function renderVerification(
  { proved, milliseconds, ...verification }: Verification,
  options: Screen = {},
): string {
  const style = styleOf(options);
  const { topology, found = false } = printableIn(verification.status);
  const results = printableIn(verification.results);
  const failures = failuresOf(results);
  return [
    ...grouped(results).flatMap(({ group, checks }) => [
      style.bold(group === "mesh" ? `mesh ${topology}` : group),
      columns(
        checks.flatMap((check) => rowsOf(check, style)),
        { width: style.width, indent: "  " },
      ),
      "",
    ]),
    ...failures.flatMap(({ subject, title, check, problem, mend }) => [
      `${style.bad("✗")} ${style.bold(`${subject}: ${title}`)} ${style.dim(`(${check})`)}`,
      indented(problem, "    "),
      style.dim(indented(mend, "    ")),
      "",
    ]),
    ...noticesIn(results).flatMap(({ notice, title, subjects }) => [
      `${style.warn("!")} ${style.bold(`${subjects.join(", ")}: ${title}`)}`,
      indented(notice, "    "),
      "",
    ]),
    (proved ? style.good : style.bad)(
      `${verdict(topology, proved, found)}: ` +
        `${inWords(countsOf(results))} (${(milliseconds / 1000).toFixed(1)} s)`,
    ),
  ].join("\n");
}

function verdict(topology: string, proved: boolean, found: boolean): string {
  if (!found) return `${topology} is ${proved ? "as planned" : "not as planned"}`;
  return proved ? `the mesh ${topology} is in order` : `the mesh ${topology} is not in order`;
}

function rowsOf({ title, asked, results }: ResultsOfCheck, style: Style): string[][] {
  const isPlain = ({ state, noticed }: SameResult): boolean => state === "passed" && !noticed;
  const passed = results.filter(isPlain);
  const tooMany = passed.length > mostLines;
  const shown = tooMany ? results.filter((result) => !isPlain(result)) : results;
  const rows = shown.map((result) => [
    mark(result, style),
    subjectsOf(result, asked),
    shortened(result.text),
  ]);
  if (tooMany) {
    const count = passed.reduce((sum, { subjects }) => sum + subjects.length, 0);
    rows.push([style.good("✓"), `${count} of ${asked}`, ""]);
  }
  return rows.map(([sign = "", subjects = "", text = ""], index) => [
    `${sign} ${index === 0 ? title : ""}`.trimEnd(),
    subjects,
    style.dim(text),
  ]);
}

function shortened(text: string): string {
  const line = text
    .replaceAll(/\s+/g, " ")
    // A whole fingerprint is wider than half a terminal; `status` and --json show it.
    .replaceAll(
      /\b((?:[0-9A-F]{2}:){4})(?:[0-9A-F]{2}:){8,}((?:[0-9A-F]{2}:){3}[0-9A-F]{2})\b/g,
      "$1…:$2",
    );
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1)}…` : line;
}

function mark({ state, noticed }: SameResult, style: Style): string {
  if (state === "passed") return noticed ? style.warn("!") : style.good("✓");
  return state === "failed" ? style.bad("✗") : style.warn("–");
}

function subjectsOf({ subjects }: SameResult, asked: number): string {
  if (subjects.length <= 4) return subjects.join(", ");
  return subjects.length === asked ? `all ${asked}` : `${subjects.length} of ${asked}`;
}
