import assert from "node:assert/strict";
import fc from "fast-check";
import { plan } from "../../../planning/plan.ts";
import type { PlanResult } from "../../../planning/plan.ts";
import { damagedTopology, exportingTopology } from "./arbitraries.ts";
import { invariants } from "./invariants.ts";
import { brokenTopology } from "./mutations.ts";

/** How many, and which. */
export interface RandomOptions {
  readonly runs: number;
  /** The same seed gives the same topologies. @default another one each time, shown where one fails */
  readonly seed?: number;
}

const context = { name: "stack" };

/** Every valid topology is accepted, and its plan keeps every promise. */
export function checkValid(options: RandomOptions): void {
  fc.assert(
    fc.property(exportingTopology(1, 12), (topology) => {
      const result = plan(topology, context);
      if (!result.ok) assert.fail(JSON.stringify(result.problems));
      for (const { name, check } of invariants) {
        try {
          check(result.plan, topology);
        } catch (error) {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        }
      }
    }),
    parameters(options),
  );
}

/** Every topology that is wrong in one place is refused, and what is said names that place. */
export function checkBroken(options: RandomOptions): void {
  fc.assert(
    fc.property(brokenTopology(), ({ input, path, what }) => {
      const result = plan(input, context);
      checkReport(result);
      assert.ok(!result.ok, `${what} at ${path.join(".")} was accepted`);
      const text = formatted(path);
      const parent = formatted(path.slice(0, -1));
      const near = result.problems.some(
        (problem) => isWithin(problem.path, text) || problem.path === parent,
      );
      const said = result.problems.map(({ path: where, message }) => `${where}: ${message}`);
      assert.ok(near, `${what} at ${text}, but: ${said.join("; ")}`);
    }),
    parameters(options),
  );
}

/** Anything at all in one place, or as the whole: there is a plan that can be made, or a report. */
export function checkAnything(options: RandomOptions): void {
  const anything = fc.oneof(
    damagedTopology(),
    fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true }),
  );
  fc.assert(
    fc.property(anything, (input) => {
      const result = plan(input, context);
      checkReport(result);
      assert.deepEqual(plan(input, context), result);
      if (result.ok) JSON.stringify(result.plan);
    }),
    parameters(options),
  );
}

function parameters({ runs, seed }: RandomOptions): {
  numRuns: number;
  includeErrorInReport: true;
  seed?: number;
} {
  return { numRuns: runs, includeErrorInReport: true, ...(seed !== undefined && { seed }) };
}

function checkReport(result: PlanResult): void {
  if (result.ok) return;
  assert.notEqual(result.problems.length, 0);
  for (const { path, message, fix } of result.problems) {
    for (const text of [path, message, fix]) {
      assert.match(text, /^\S[^\n]*$/);
      assert.doesNotMatch(text, /undefined|NaN is not a|\[object/);
      assert.ok(text.length < 2_000, "a problem is for reading");
    }
  }
}

/** `links[1].to[0]`, as problems have it. */
function formatted(path: readonly (string | number)[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${String(key)}]`;
    else if (!/^[A-Za-z_]\w*$/.test(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text === "" ? "topology" : text;
}

function isWithin(path: string, place: string): boolean {
  return path === place || (path.startsWith(place) && /^[.[]/.test(path.slice(place.length)));
}
