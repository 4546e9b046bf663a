import { groupBy } from "../../planning/group.ts";
import { type CheckResult, groups } from "../checks/check.ts";

/** What one check found about one or more subjects. */
export interface SameResult {
  readonly state: CheckResult["state"];
  /** Detail, problem or reason; may be empty. */
  readonly text: string;
  /** The result has a notice. */
  readonly noticed: boolean;
  readonly subjects: readonly string[];
}

export interface ResultsOfCheck {
  readonly check: string;
  readonly title: string;
  /** The number of subjects. */
  readonly asked: number;
  readonly results: readonly SameResult[];
}

export interface ResultsOfGroup {
  readonly group: string;
  readonly checks: readonly ResultsOfCheck[];
}

/** Results by group and check. Subjects with the same result are merged. */
export function grouped(results: readonly CheckResult[]): readonly ResultsOfGroup[] {
  const rest = results.filter(({ group }) => !groups.some((known) => known === group));
  return [...groups.map((group) => ({ group, of: results.filter((one) => one.group === group) }))]
    .concat(rest.length === 0 ? [] : [{ group: "mesh", of: rest }])
    .filter(({ of }) => of.length > 0)
    .map(({ group, of }) => ({
      group,
      checks: [...groupBy(of, ({ check }) => check)].map(([check, alike]) => ({
        check,
        title: alike[0]?.title ?? check,
        asked: alike.length,
        results: sameResults(alike),
      })),
    }));
}

/** The text of a result, besides its state. */
function textOf(result: CheckResult): string {
  switch (result.state) {
    case "passed":
      return result.detail ?? "";
    case "failed":
      return result.problem;
    case "not run":
      return result.reason;
  }
}

function sameResults(results: readonly CheckResult[]): readonly SameResult[] {
  const alike = groupBy(
    results,
    (result) => `${result.state}\n${result.notice ?? ""}\n${textOf(result)}`,
  );
  return [...alike.values()].flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    const subjects = list.map(({ subject }) => subject);
    const noticed = first.notice !== undefined;
    return [{ state: first.state, text: textOf(first), noticed, subjects }];
  });
}
