import { inspect } from "node:util";
import type { TestEvent } from "node:test/reporters";

/** One test, as a line of the results file. */
export interface TestRecord {
  readonly name: string;
  readonly file: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped, or what it failed with. */
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
    const outcome = ignored ? "skipped" : event.type === "test:pass" ? "passed" : "failed";
    const record: TestRecord = {
      name,
      file,
      outcome,
      ...(outcome === "skipped" && {
        reason: typeof skip === "string" ? skip : typeof todo === "string" ? todo : "no reason",
      }),
      ...(outcome === "failed" && { reason: failureOf(details) }),
    };
    yield `${JSON.stringify(record)}\n`;
  }
}

/** The message of what was thrown, without the runner's wrapping. */
function failureOf(details: object): string {
  const { error } = details as { error?: Error };
  const thrown = error?.cause ?? error;
  return thrown instanceof Error ? thrown.message : inspect(thrown);
}

function isAboutSubtests(details: object): boolean {
  const { error } = details as { error?: { failureType?: string } };
  return error?.failureType === "subtestsFailed";
}

// The one place where Node.js asks for a default export.
export { records as default };
