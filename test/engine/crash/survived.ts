import assert from "node:assert/strict";
import { faults } from "./faults.ts";
import type { CaseResult } from "./matrix.ts";
import { runPart, type MatrixPart } from "./matrix-part.ts";

export const allFaults = faults.map(({ name }) => name);

/** What happens most, and leaves the most. The others are tested once a night. */
export const commonFaults: readonly string[] = ["failed", "killed"];
export const rareFaults = allFaults.filter((name) => !commonFaults.includes(name));

/** Every sort of operation of `up` and `down` with every fault once, on the smallest stack. */
export const everySort: MatrixPart = {
  stack: "hierarchical",
  scenarios: ["up", "down"],
  faults: allFaults,
  case: "",
  each: true,
  really: false,
  done: [],
  shard: 0,
  of: 1,
};

/** Runs a part of the matrix, and requires that everything in it was survived. */
export async function survived(wanted: MatrixPart): Promise<readonly CaseResult[]> {
  const results = await runPart(wanted);
  assert.ok(results.length > 0, "there is no such case");
  const lost = results
    .filter(({ problems }) => problems.length > 0)
    .map(({ stack, name, problems }) => `${stack} ${name}: ${problems.join("; ")}`);
  assert.deepEqual(lost, []);
  return results;
}

/** Every sort of operation, of which there are so many at least, has met every fault. */
export function covers(
  results: readonly CaseResult[],
  names: readonly string[],
  sorts: number,
): void {
  const types = new Set(results.map(({ method, type }) => `${method} ${type}`));
  assert.ok(types.size >= sorts, [...types].join(", "));
  for (const fault of names) {
    const met = results.filter((result) => result.fault === fault);
    assert.ok(met.length >= types.size, `${fault}: only ${String(met.length)} cases`);
  }
}
