import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fairRange } from "../../../../verification/traffic/fair-range.ts";

/** The probability of `count` hits in a number of requests. */
function chance(requests: number, share: number, count: number): number {
  let logarithm = count * Math.log(share) + (requests - count) * Math.log(1 - share);
  for (let i = 1; i <= count; i += 1) logarithm += Math.log(requests - count + i) - Math.log(i);
  return Math.exp(logarithm);
}

describe("what a place may answer of some requests", () => {
  it("is all or nothing where the share is", () => {
    assert.deepEqual(fairRange(240, 1), [240, 240]);
    assert.deepEqual(fairRange(240, 0), [0, 0]);
  });

  for (const share of [0.01, 0.1, 0.5, 0.8, 1000 / 1001]) {
    it(`leaves out what happens in less than one of a million rounds, and no more: ${share}`, () => {
      const [lowest, highest] = fairRange(240, share);
      const sum = (first: number, last: number) => {
        let all = 0;
        for (let count = first; count <= last; count += 1) all += chance(240, share, count);
        return all;
      };
      assert.ok(sum(0, lowest - 1) < 1e-6);
      assert.ok(sum(0, lowest) >= 1e-6);
      assert.ok(sum(highest + 1, 240) < 1e-6);
      assert.ok(sum(highest, 240) >= 1e-6);
    });
  }
});
