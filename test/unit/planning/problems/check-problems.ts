import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatProblem } from "../../../../planning/topology/problem.ts";
import { plan } from "../../../../planning/plan.ts";

/** A mistake, a topology that has it, and all that is said about it, in this order. */
export type Row = readonly [mistake: string, input: unknown, ...problems: string[]];

/** All that is said about a topology. */
export function problemsOf(input: unknown): string[] {
  const result = plan(input, { name: "lab" });
  return result.ok ? [] : result.problems.map(formatProblem);
}

export function checkProblems(subject: string, rows: readonly Row[]): void {
  describe(`problems of ${subject}`, () => {
    for (const [mistake, input, ...expected] of rows) {
      it(mistake, () => {
        assert.deepEqual(problemsOf(input), expected);
      });
    }
  });
}
