import type { TestEvent } from "node:test/reporters";

/** One test, as a line of the results file. */
export interface TestRecord {
  readonly name: string;
  readonly file: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
}

/** A reporter for `node --test`: one line of JSON per test, suites left out. */
export async function* records(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, file = "", skip, todo, details } = event.data;
    if (details.type === "suite" && event.type === "test:pass") continue;
    // A file that fails as a whole comes as a test of its own; a suite that fails, because of its tests.
    if (details.type === "suite" && isAboutSubtests(event.data.details)) continue;
    const skipped = skip !== undefined && skip !== false;
    const ignored = skipped || (todo !== undefined && todo !== false);
    const reason = typeof skip === "string" ? skip : typeof todo === "string" ? todo : "no reason";
    const record: TestRecord = {
      name,
      file,
      outcome: ignored ? "skipped" : event.type === "test:pass" ? "passed" : "failed",
      ...(ignored && { reason }),
    };
    yield `${JSON.stringify(record)}\n`;
  }
}

function isAboutSubtests(details: object): boolean {
  const { error } = details as { error?: { failureType?: string } };
  return error?.failureType === "subtestsFailed";
}

// The one place where Node.js asks for a default export.
export { records as default };
