import assert from "node:assert/strict";
import { inspect } from "node:util";

/**
 * Every one of them is so, and there is one at least: `[].every(...)` is true.
 *
 * @param what what they are, for the message where there are none
 */
export function assertEach<T>(what: string, items: Iterable<T>, isSo: (item: T) => boolean): void {
  const all = [...items];
  assert.ok(all.length > 0, `there are no ${what}`);
  const others = all.filter((item) => !isSo(item));
  assert.ok(others.length === 0, `not ${what}: ${inspect(others)}`);
}
