import assert from "node:assert/strict";
import { it } from "node:test";
import { ago, isNear, milliseconds, percent, rate, until } from "../../../ui/web/format.ts";

const now = Date.parse("2026-06-01T12:00:00Z");

const cases: readonly (readonly [shown: string, expected: string])[] = [
  [rate(undefined), "–"],
  [rate(0), "0/s"],
  [rate(0.126), "0.13/s"],
  [rate(12.34), "12.3/s"],
  [rate(1234.4), "1234/s"],
  [percent(undefined), "–"],
  [percent(1), "100 %"],
  [percent(0), "0 %"],
  [percent(0.99999), "99.99 %"],
  [percent(0.964), "96.4 %"],
  [milliseconds(undefined), "–"],
  [milliseconds(0.4), "0.40 ms"],
  [milliseconds(12.6), "13 ms"],
  [milliseconds(2345), "2.35 s"],
  [until("2026-06-24T12:00:00Z", now), "in 23 days"],
  [until("2026-06-01T17:00:00Z", now), "in 5 hours"],
  [until("2026-06-01T12:30:00Z", now), "in 30 minutes"],
  [until("2026-05-29T12:00:00Z", now), "ended 3 days ago"],
  [ago(now - 500, now), "just now"],
  [ago(now - 12_000, now), "12 s ago"],
  [ago(now - 300_000, now), "5 min ago"],
  [String(isNear("2026-06-24T12:00:00Z", now)), "true"],
  [String(isNear("2026-08-24T12:00:00Z", now)), "false"],
];
for (const [shown, expected] of cases) {
  it(`shows ${expected}`, () => assert.equal(shown, expected));
}
