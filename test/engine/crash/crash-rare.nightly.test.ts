import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allFaults, covers, everySort, rareFaults, survived } from "./survived.ts";

describe("every sort of operation, with what rarely happens to it", () => {
  test("up, and up again", async () => {
    const results = await survived({ ...everySort, scenarios: ["up"], faults: rareFaults });
    covers(results, rareFaults, 15);
  });

  test("down, and down again", async () => {
    const some = ["timed-out"];
    covers(await survived({ ...everySort, scenarios: ["down"], faults: some }), some, 6);
  });

  test("up, and then down", async () => {
    await survived({ ...everySort, scenarios: ["give-up"], faults: ["killed"] });
  });

  test("pod routes, which flat Links have", async () => {
    const faults = allFaults.filter((name) => name !== "killed");
    const flat = { ...everySort, stack: "flat", scenarios: ["up"], faults };
    await survived({ ...flat, case: "DaemonSet" });
  });

  for (const stack of ["guests", "guest-and-kind"]) {
    test(`clusters that existed before: ${stack}`, async () => {
      const part = { ...everySort, stack };
      await survived({ ...part, scenarios: ["up", "down"] });
      const faults = ["cut-short", "killed"];
      await survived({ ...part, scenarios: ["give-up", "upgrade"], faults });
    });
  }

  test("engines that are really killed leave what the matrix takes them to leave", async () => {
    const killed = { ...everySort, scenarios: ["up"], faults: ["killed", "cut-short"] };
    const results = await survived({ ...killed, really: true, case: "helm.sh/v3:Release" });
    assert.ok(results.some(({ name }) => name.endsWith("/cut-short")));
  });
});
