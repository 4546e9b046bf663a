import { describe, it } from "node:test";
import { checkAnything, checkBroken, checkValid } from "./random-topologies.ts";

// By the ten thousand in `npm run test:faults`.
describe("random topologies", () => {
  it("that are valid have plans that keep every promise", () => {
    checkValid({ runs: 60 });
  });

  it("that are wrong in one place are refused for that place", () => {
    checkBroken({ runs: 400 });
  });

  it("that are anything get a plan or a report, never an exception", () => {
    checkAnything({ runs: 300 });
  });
});
