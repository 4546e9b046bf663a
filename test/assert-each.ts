import assert from "node:assert/strict";
import { inspect } from "node:util";

/**
 * Asserts that there is at least one item, and that the condition is true for each: `[].every(...)` is true.
 *
 * @param what what the items are, for the message if there are none
 */
export function assertEach<T>(what: string, items: Iterable<T>, isSo: (item: T) => boolean): void {
  const all = [...items];
  assert.ok(all.length > 0, `there are no ${what}`);
  const others = all.filter((item) => !isSo(item));
  assert.ok(others.length === 0, `not ${what}: ${inspect(others)}`);
}
