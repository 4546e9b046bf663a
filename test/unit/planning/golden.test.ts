import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { placesIn } from "./golden/broken-topologies.ts";
import { seededRandom } from "./golden/random.ts";
import { differences, digests, largeTopology, wholePlans } from "./golden/records.ts";
import { randomTopology } from "./golden/valid-topologies.ts";

const howTo = "where that is meant: node test/unit/planning/golden/write.ts";

describe("what the planner says", () => {
  for (const { file, make } of wholePlans()) {
    it(`of ${path.basename(file, ".json")} is the plan that is written down, byte for byte`, () => {
      assert.equal(make(), readFileSync(file, "utf8"), howTo);
    });
  }

  it("is written down for topologies that there are, and for no others", () => {
    const written = readdirSync(path.join(import.meta.dirname, "golden/plans"));
    assert.deepEqual(
      written,
      wholePlans()
        .map(({ file }) => path.basename(file))
        .toSorted(),
    );
  });

  for (const { file, make } of digests) {
    it(`is what ${path.basename(file)} has, line by line`, () => {
      const [actual, expected] = [make(), readFileSync(file, "utf8")];
      assert.deepEqual(differences(actual, expected), [], howTo);
      assert.equal(actual, expected, howTo);
    });
  }
});

describe("the topologies that it is asked about", () => {
  it("say every key that a topology has, the large one and the random ones alike", () => {
    const keys = keysOfSchema();
    assert.ok(keys.size > 60, "the editor's schema was read");
    const random = Array.from({ length: 200 }, (_, seed) => randomTopology(seededRandom(seed)));
    for (const topologies of [[largeTopology()], random]) {
      const said = new Set(topologies.flatMap((one) => placesIn(one).map(({ key }) => key)));
      assert.deepEqual(
        [...keys].filter((key) => !said.has(key)),
        [],
      );
    }
  });
});

function keysOfSchema(): Set<string> {
  const file = path.resolve(import.meta.dirname, "../../../topology.schema.json");
  const keys = new Set<string>();
  JSON.parse(readFileSync(file, "utf8"), function (key, value: unknown) {
    if (key === "properties") for (const name of Object.keys(value as object)) keys.add(name);
    // It is the editor's, not the planner's.
    keys.delete("$schema");
    // It goes with few other keys; `adoption/rules.test.ts` asks about it.
    keys.delete("adopt");
    // It changes no name, address or mirror; `test/engine/protection.test.ts` asks about it.
    keys.delete("protect");
    return value;
  });
  return keys;
}
