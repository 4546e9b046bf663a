import assert from "node:assert/strict";
import { it } from "node:test";
import { editDistance, findNearest } from "../../../planning/topology/suggest.ts";

it("counts insertions, deletions, substitutions and swaps", () => {
  const distances = [
    ["east", "east", 0],
    ["east", "eats", 1],
    ["east", "eas", 1],
    ["east", "beast", 1],
    ["east", "easy", 1],
    ["ab", "cd", 2],
    ["", "abc", 3],
  ] as const;
  for (const [a, b, distance] of distances) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});

it("suggests the nearest candidate, or none where none is near", () => {
  assert.equal(findNearest("eats", ["west", "east"]), "east");
  assert.equal(findNearest("EAST", ["west", "east"]), "east");
  assert.equal(findNearest("nowhere", ["west", "east"]), undefined);
  assert.equal(findNearest("x".repeat(1_000_000), ["east"]), undefined);
});
