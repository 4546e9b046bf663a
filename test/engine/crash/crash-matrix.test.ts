import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { faults } from "./faults.ts";
import type { CaseResult } from "./matrix.ts";
import { runPart, type MatrixPart } from "./matrix-part.ts";

// All cases of all stacks are run by `npm run test:faults`. Here: every sort of operation with every fault
// once, on the smallest stack, what only others have, and engines that are really killed.
const allFaults = faults.map(({ name }) => name);
const part: MatrixPart = {
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

describe(
  "every sort of operation, with everything that may happen to it",
  { concurrency: 2 },
  () => {
    test("up, and up again", async (context) => {
      const results = await survived({ ...part, scenarios: ["up"] });
      context.diagnostic(`${String(results.length)} cases`);
      covers(results, allFaults, 15);
    });

    test("down, and down again", async (context) => {
      const some = ["failed", "timed-out", "killed"];
      const results = await survived({ ...part, scenarios: ["down"], faults: some });
      context.diagnostic(`${String(results.length)} cases`);
      // What is in a cluster goes along with it.
      covers(results, some, 6);
    });

    test("pod routes, which flat Links have", async () => {
      await survived({ ...part, stack: "flat", scenarios: ["up"], case: "DaemonSet" });
    });

    test("an up that edits: updates, replacements and deletions", async () => {
      const results = await survived({ ...part, scenarios: ["change"], faults: ["killed"] });
      const methods = new Set(results.map(({ method }) => method));
      assert.deepEqual([...methods].sort(), ["create", "delete", "update"]);
    });

    test("up, and then down", async () => {
      await survived({ ...part, scenarios: ["give-up"], faults: ["killed"] });
    });

    test("engines that are really killed leave what the matrix takes them to leave", async () => {
      const killed = { ...part, scenarios: ["up"], faults: ["killed", "cut-short"], really: true };
      const results = await survived({ ...killed, case: "helm.sh/v3:Release" });
      assert.ok(results.some(({ name }) => name.endsWith("/cut-short")));
    });
  },
);

/** Every sort of operation, of which there are so many at least, has met every fault. */
function covers(results: readonly CaseResult[], names: readonly string[], sorts: number): void {
  const types = new Set(results.map(({ method, type }) => `${method} ${type}`));
  assert.ok(types.size >= sorts, [...types].join(", "));
  for (const fault of names) {
    const met = results.filter((result) => result.fault === fault);
    assert.ok(met.length >= types.size, `${fault}: only ${String(met.length)} cases`);
  }
}

async function survived(wanted: MatrixPart): Promise<readonly CaseResult[]> {
  const results = await runPart(wanted);
  assert.ok(results.length > 0, "there is no such case");
  const lost = results
    .filter(({ flaws }) => flaws.length > 0)
    .map(({ stack, name, flaws }) => `${stack} ${name}: ${flaws.join("; ")}`);
  assert.deepEqual(lost, []);
  return results;
}
