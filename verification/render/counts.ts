import { groupBy } from "../../planning/group.ts";
import type { CheckResult } from "../checks/check.ts";

/** The number of checks by state. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
  /** Counted whatever the state of their check is. */
  readonly notices: number;
}

export function countsOf(results: readonly CheckResult[]): Counts {
  const count = (state: CheckResult["state"]): number =>
    results.filter((result) => result.state === state).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    notRun: count("not run"),
    notices: noticesIn(results).length,
  };
}

/** `41 passed, 1 failed, 3 not run`, and `1 notice` if there is one. */
export function inWords({ passed, failed, notRun, notices }: Counts): string {
  const more = notices === 0 ? "" : `, ${notices} ${notices === 1 ? "notice" : "notices"}`;
  return `${passed} passed, ${failed} failed, ${notRun} not run${more}`;
}

/** The notices, each once, with the subjects that it concerns. */
export function noticesIn(results: readonly CheckResult[]): readonly Notice[] {
  const noticed = results.flatMap(({ notice, title, subject }) =>
    notice === undefined ? [] : [{ notice, title, subject }],
  );
  return [...groupBy(noticed, ({ notice, title }) => `${title}\n${notice}`).values()].flatMap(
    (alike) =>
      alike.slice(0, 1).map(({ notice, title }) => ({
        notice,
        title,
        subjects: alike.map(({ subject }) => subject),
      })),
  );
}

export interface Notice {
  readonly notice: string;
  readonly title: string;
  readonly subjects: readonly string[];
}
