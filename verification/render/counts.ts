import type { CheckResult } from "../checks/check.ts";

/** How many checks ended in which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
}

export function countsOf(results: readonly CheckResult[]): Counts {
  const count = (state: CheckResult["state"]): number =>
    results.filter((result) => result.state === state).length;
  return { passed: count("passed"), failed: count("failed"), notRun: count("not run") };
}

/** `41 passed, 1 failed, 3 not run`. */
export function inWords({ passed, failed, notRun }: Counts): string {
  return `${passed} passed, ${failed} failed, ${notRun} not run`;
}
