import { describe, test } from "node:test";
import { commonFaults, covers, everySort, survived } from "./survived.ts";

// All cases of all stacks are run by `npm run test:faults`.
describe("every sort of operation of an up, with what may happen to it", () => {
  test("up, and up again", async (context) => {
    const results = await survived({ ...everySort, scenarios: ["up"], faults: commonFaults });
    context.diagnostic(`${String(results.length)} cases`);
    covers(results, commonFaults, 15);
  });
});
