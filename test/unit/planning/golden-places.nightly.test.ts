import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { differences, placeDigests } from "./golden/records.ts";

it("what the planner says of each place of a large topology is what places.txt has", () => {
  const howTo = "where that is meant: node test/unit/planning/golden/write.ts";
  const [actual, expected] = [placeDigests.make(), readFileSync(placeDigests.file, "utf8")];
  assert.deepEqual(differences(actual, expected), [], howTo);
  assert.equal(actual, expected, howTo);
});
