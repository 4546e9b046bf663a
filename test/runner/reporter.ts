import path from "node:path";
import { inspect } from "node:util";
import type { TestEvent } from "node:test/reporters";
import { reasonNotRun } from "./not-run.ts";

/** One test, suite or file, as a line of the results file. */
export type TestRecord =
  | {
      readonly kind: "test";
      readonly name: string;
      readonly file: string;
      readonly outcome: "passed" | "failed" | "skipped" | "not run";
      /** Why it was skipped or not run, or how it failed. */
      readonly reason?: string;
    }
  | {
      /** A suite at the top of a file, or a whole file. */
      readonly kind: "suite" | "file";
      readonly name: string;
      readonly file: string;
      readonly milliseconds: number;
    };

/** A reporter for `node --test`: one line of JSON per test, and one per top suite and file with its time. */
export async function* records(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const record = recordOf(event);
    if (record !== undefined) yield `${JSON.stringify(record)}\n`;
  }
}

function recordOf(event: TestEvent): TestRecord | undefined {
  // One per file, and one more for all of them.
  if (event.type === "test:summary") {
    const { file, duration_ms: milliseconds } = event.data;
    return file === undefined ? undefined : { kind: "file", name: file, file, milliseconds };
  }
  if (event.type !== "test:pass" && event.type !== "test:fail") return undefined;
  const { name, file = "", skip, todo, details, nesting } = event.data;
  const isSuite = details.type === "suite";
  // A file that fails as a whole is reported as a test. A suite is reported as failed because of its tests.
  const failure = event.type === "test:fail" ? failureTypeOf(event.data.details) : undefined;
  if (isSuite && (event.type === "test:pass" || aboutOthers.includes(failure ?? ""))) {
    if (nesting > 0) return undefined;
    return { kind: "suite", name, file, milliseconds: details.duration_ms };
  }
  const skipped = skip !== undefined && skip !== false;
  if (skipped || (todo !== undefined && todo !== false)) {
    const reason = typeof skip === "string" ? skip : typeof todo === "string" ? todo : "no reason";
    return { kind: "test", name, file, outcome: "skipped", reason };
  }
  if (event.type === "test:fail") {
    if (failure === cancelled) {
      // Only a test that began takes time: it may be what its suite waited for until its limit.
      const begun = details.duration_ms > 0;
      return begun
        ? { kind: "test", name, file, outcome: "failed", reason: "its suite ended while it ran" }
        : { kind: "test", name, file, outcome: "not run", reason: "its suite ended before" };
    }
    const message = failureOf(details);
    const reason = reasonNotRun(message);
    if (reason !== undefined) return { kind: "test", name, file, outcome: "not run", reason };
    return { kind: "test", name, file, outcome: "failed", reason: message };
  }
  // Node.js reports a file without tests as a passed test.
  if (nesting === 0 && path.resolve(name) === path.resolve(file)) {
    return { kind: "test", name, file, outcome: "failed", reason: "the file has no tests" };
  }
  return { kind: "test", name, file, outcome: "passed" };
}

/** Node.js' code for a test that ended because its parent did. */
const cancelled = "cancelledByParent";

/** Failures of a suite that come from its tests or from its parent. */
const aboutOthers = ["subtestsFailed", cancelled];

/** The message of the error, without the runner's wrapping. */
function failureOf(details: object): string {
  const { error } = details as { error?: Error };
  const thrown = error?.cause ?? error;
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : inspect(thrown);
}

function failureTypeOf(details: object): string | undefined {
  const { error } = details as { error?: { failureType?: string } };
  return error?.failureType;
}

// oxlint-disable-next-line import/no-default-export -- Node.js looks for one in a reporter
export { records as default };
