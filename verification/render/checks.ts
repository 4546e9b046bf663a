import type { CheckResult } from "../checks/check.ts";
import { countsOf, inWords, noticesIn } from "./counts.ts";
import { failuresOf } from "../prove.ts";
import { indented, printableIn } from "../../system/printable.ts";
import type { Style } from "./style.ts";

/** The number of checks that passed, and each other check: what is wrong and how to fix it. */
export function renderChecks(found: readonly CheckResult[], style: Style): string {
  const results = printableIn(found);
  const failures = failuresOf(results);
  const notRun = results.filter((result) => result.state === "not run");
  const alike = new Map<string, string[]>();
  for (const { subject, title, reason } of notRun) {
    const what = `${title}: not run: ${reason}`;
    alike.set(what, [...(alike.get(what) ?? []), subject]);
  }
  const summary = `Checks: ${inWords(countsOf(results))}`;
  return [
    failures.length === 0 ? summary : style.bad(summary),
    ...failures.flatMap(({ subject, title, problem, mend }) => [
      `  ${style.bad("✗")} ${subject}: ${title}`,
      indented(problem, "      "),
      style.dim(indented(mend, "      ")),
    ]),
    ...noticesIn(results).map(
      ({ notice, title, subjects }) =>
        `  ${style.warn("!")} ${subjects.join(", ")}: ${title}: ${notice}`,
    ),
    ...[...alike].map(([what, subjects]) => `  ${style.warn("–")} ${subjects.join(", ")}: ${what}`),
  ].join("\n");
}
