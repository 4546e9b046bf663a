import assert from "node:assert/strict";
import { test } from "node:test";
import { flakeReport } from "../../../bench/flake-report.ts";
import type { VerificationRun } from "../../../bench/flake-report.ts";

const run = (milliseconds: number, load: number, problem?: string): VerificationRun => ({
  startedAt: "2026-01-06T10:00:00.000Z",
  milliseconds,
  load,
  counts: { passed: 82, failed: problem === undefined ? 0 : 1, notRun: 4, notices: 0 },
  failures:
    problem === undefined ? [] : [{ check: "headless-traffic", subject: "west → east", problem }],
});

test("many verifications: how many failed and of what, durations and load", () => {
  const runs = [run(30_000, 3), run(61_500, 9.25, "no answer"), run(40_000, 2), run(50_000, 4)];
  assert.equal(
    flakeReport("mixed", runs),
    `mixed: 1 of 4 verifications failed
  1 × headless-traffic, such as west → east: no answer
seconds (least / median / most)  30.0 / 45.0 / 61.5
load at most                     9.3

| mixed | 4 | 83 | 1 | 30.0 / 45.0 / 61.5 | 9.3 |
`,
  );
});
