import type { CheckResult } from "../checks/check.ts";
import { failuresOf } from "../prove.ts";
import { indented, printableIn } from "./printable.ts";
import type { Style } from "./style.ts";

/** How many checks passed, and each that did not: what is wrong, and what to do about it. */
export function renderChecks(found: readonly CheckResult[], style: Style): string {
  const results = printableIn(found);
  const failures = failuresOf(results);
  const notRun = results.filter((result) => result.state === "not run");
  const alike = new Map<string, string[]>();
  for (const { subject, title, reason } of notRun) {
    const what = `${title}: not run: ${reason}`;
    alike.set(what, [...(alike.get(what) ?? []), subject]);
  }
  const passedCount = results.length - failures.length - notRun.length;
  const summary = `Checks: ${passedCount} passed, ${failures.length} failed, ${notRun.length} not run`;
  return [
    failures.length === 0 ? summary : style.bad(summary),
    ...failures.flatMap(({ subject, title, problem, mend }) => [
      `  ${style.bad("✗")} ${subject}: ${title}`,
      indented(problem, "      "),
      style.dim(indented(mend, "      ")),
    ]),
    ...[...alike].map(([what, subjects]) => `  ${style.warn("–")} ${subjects.join(", ")}: ${what}`),
  ].join("\n");
}
