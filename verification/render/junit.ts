import { createRequire } from "node:module";
import type { Builder, TestSuite } from "junit-report-builder";
import { type CheckResult, groups } from "../checks/check.ts";
import { printableIn } from "../../system/printable.ts";
import type { Verification } from "../verify.ts";

/** Loaded where a report is made: it is large, and most programs that import the package make none. */
const library = (): Builder => createRequire(import.meta.url)("junit-report-builder") as Builder;

/**
 * A verification as JUnit XML, which CI systems show: one suite for each group, one test case for each check
 * of each subject. A check that wasn't run is a skipped test with the reason as its output. A notice is the
 * standard error of a test case.
 */
export function junitDocument(verification: Verification): string {
  const { startedAt } = verification;
  const [results, status] = printableIn([verification.results, verification.status] as const);
  const report = library().newBuilder().name(`linkerd-topology ${status.topology}`);
  for (const group of groups) {
    const list = results.filter((one) => (one.group ?? "mesh") === group);
    if (list.length === 0) continue;
    const seconds = list.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0) / 1000;
    const suite = report.testSuite().name(group).timestamp(startedAt).time(seconds);
    for (const result of list) addCase(suite, status.topology, group, result);
  }
  return report.build();
}

function addCase(suite: TestSuite, topology: string, group: string, result: CheckResult): void {
  const test = suite
    .testCase()
    .className(`${topology}.${group}.${result.check}`)
    .name(`${result.subject}: ${result.title}`)
    .time((result.milliseconds ?? 0) / 1000);
  if (result.notice !== undefined) test.standardError(`notice: ${result.notice}`);
  switch (result.state) {
    case "passed":
      if (result.detail !== undefined) test.standardOutput(result.detail);
      break;
    case "failed":
      test.failure(result.problem, result.check).stacktrace(`${result.problem}\n${result.mend}`);
      break;
    case "not run":
      test.skipped().standardOutput(`not run: ${result.reason}`);
      break;
  }
}
