import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { covers, everySort, survived } from "./survived.ts";

describe("operations of other commands and stacks, with what may happen to them", () => {
  test("down, and down again", async (context) => {
    const some = ["failed", "killed"];
    const results = await survived({ ...everySort, scenarios: ["down"], faults: some });
    context.diagnostic(`${String(results.length)} cases`);
    // What is in a cluster goes along with it.
    covers(results, some, 6);
  });

  test("pod routes, which flat Links have", async () => {
    const faults = ["killed"];
    const flat = { ...everySort, stack: "flat", scenarios: ["up"], faults };
    await survived({ ...flat, case: "DaemonSet" });
  });

  test("Helm releases of a cluster that existed before, and what goes with them", async () => {
    const guests = { ...everySort, stack: "guests", faults: ["cut-short", "killed"] };
    const scenarios = ["up", "down", "give-up"];
    await survived({ ...guests, scenarios, case: "helm.sh/v3:Release" });
  });

  test("an upgrade of one cluster", async () => {
    const faults = ["failed", "killed"];
    const results = await survived({ ...everySort, scenarios: ["upgrade"], faults });
    assert.deepEqual([...new Set(results.map(({ method }) => method))], ["update"]);
    covers(results, faults, 5);
  });

  test("an up that edits: updates, replacements and deletions", async () => {
    const results = await survived({ ...everySort, scenarios: ["change"], faults: ["killed"] });
    const methods = new Set(results.map(({ method }) => method));
    assert.deepEqual([...methods].sort(), ["create", "delete", "update"]);
  });
});
