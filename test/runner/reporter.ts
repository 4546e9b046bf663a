import path from "node:path";
import { inspect } from "node:util";
import type { TestEvent } from "node:test/reporters";
import { reasonNotRun } from "./not-run.ts";
import { isSharedProcess } from "./shared-process.ts";

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
      readonly kind: "suite";
      readonly name: string;
      readonly file: string;
      readonly milliseconds: number;
      /** How many suites it is in. */
      readonly nesting: number;
    }
  | {
      /** Comes after its tests and suites. */
      readonly kind: "file";
      readonly name: string;
      readonly file: string;
      readonly milliseconds: number;
    };

/** A reporter for `node --test`: one line of JSON per test, and one per suite and file with its time. */
export async function* records(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let tests = 0;
  for await (const event of source) {
    for (const record of recordsOf(event)) {
      if (record.kind === "test") tests++;
      if (record.kind === "file") {
        // Node.js reports a process without tests as a passed test, which is a failure below.
        if (tests === 0) yield `${JSON.stringify(withoutTests(record.file))}\n`;
        tests = 0;
      }
      yield `${JSON.stringify(record)}\n`;
    }
  }
}

function withoutTests(file: string): TestRecord {
  return { kind: "test", name: file, file, outcome: "failed", reason: "the file has no tests" };
}

function recordsOf(event: TestEvent): TestRecord[] {
  // One per process, and one more for all of them.
  if (event.type === "test:summary") {
    const { file, duration_ms: milliseconds } = event.data;
    if (file === undefined || isSharedProcess(file)) return [];
    return [{ kind: "file", name: file, file, milliseconds }];
  }
  if (event.type !== "test:pass" && event.type !== "test:fail") return [];
  const { name, file = "", details } = event.data;
  if (!isSharedProcess(file)) return outcomeOf(event, file);
  // In a shared process, each file is a suite.
  const milliseconds = details.duration_ms;
  const failures = outcomeOf(event, name).filter(({ kind }) => kind === "test");
  return [...failures, { kind: "file", name, file: name, milliseconds }];
}

function outcomeOf(
  event: Extract<TestEvent, { type: "test:pass" | "test:fail" }>,
  file: string,
): TestRecord[] {
  const { name, skip, todo, details, nesting } = event.data;
  const isSuite = details.type === "suite";
  // A skipped suite is reported without its tests.
  const skipped = skip !== undefined && skip !== false;
  if (skipped || (todo !== undefined && todo !== false)) {
    const reason = typeof skip === "string" ? skip : typeof todo === "string" ? todo : "no reason";
    return [{ kind: "test", name, file, outcome: "skipped", reason }];
  }
  // A file that fails as a whole is reported as a test. A suite is reported as failed because of its tests.
  const failure = event.type === "test:fail" ? failureTypeOf(event.data.details) : undefined;
  if (isSuite && (event.type === "test:pass" || aboutOthers.includes(failure ?? ""))) {
    return [{ kind: "suite", name, file, milliseconds: details.duration_ms, nesting }];
  }
  if (event.type === "test:fail") {
    if (failure === cancelled) {
      // Only a test that began takes time: it may be what its suite waited for until its limit.
      const begun = details.duration_ms > 0;
      return [
        begun
          ? { kind: "test", name, file, outcome: "failed", reason: "its suite ended while it ran" }
          : { kind: "test", name, file, outcome: "not run", reason: "its suite ended before" },
      ];
    }
    const message = failureOf(details);
    const reason = reasonNotRun(message);
    if (reason !== undefined) return [{ kind: "test", name, file, outcome: "not run", reason }];
    return [{ kind: "test", name, file, outcome: "failed", reason: message }];
  }
  // Node.js reports a file without tests as a passed test.
  if (nesting === 0 && path.resolve(name) === path.resolve(file)) {
    return [withoutTests(file)];
  }
  return [{ kind: "test", name, file, outcome: "passed" }];
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
