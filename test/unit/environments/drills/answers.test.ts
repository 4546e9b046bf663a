import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { exceeded, steady, summarize } from "../../../../environments/drills/answers.ts";
import type { Answer, Moments } from "../../../../environments/drills/answers.ts";

const moments: Moments = { began: 0, taken: 10_000, putBack: 20_000, ended: 30_000 };

/** Ten a second from one moment to another. */
function answers(from: number, to: number, cluster: string | undefined): Answer[] {
  return Array.from({ length: (to - from) / 100 }, (_, index) => ({
    at: from + index * 100,
    took: 10,
    failure: cluster === undefined ? "status 504" : undefined,
    cluster,
  }));
}

describe("what came of asking", () => {
  test("another cluster answers while something is away", () => {
    const summary = summarize(
      [
        ...answers(0, 10_000, "west"),
        ...answers(10_000, 11_000, undefined),
        ...answers(11_000, 22_000, "east"),
        ...answers(22_000, 30_000, "west"),
      ],
      moments,
    );
    assert.deepEqual(summary, {
      before: { requests: 100, failed: 0, clusters: { west: 100 } },
      during: { requests: 100, failed: 10, clusters: { east: 90 } },
      after: { requests: 100, failed: 0, clusters: { east: 20, west: 80 } },
      requests: 300,
      failed: 10,
      longestGap: 1_010,
      noticed: 10,
      answeredAgain: 1_010,
      back: 2_010,
      failures: { "status 504": 10 },
    });
  });

  test("nothing changes", () => {
    const summary = summarize(answers(0, 30_000, "west"), moments);
    assert.equal(summary.failed, 0);
    assert.equal(summary.noticed, undefined);
    assert.equal(summary.answeredAgain, 0);
    assert.equal(summary.back, 10);
    assert.equal(summary.longestGap, 100);
  });

  test("nobody answers until the end", () => {
    const summary = summarize(
      [...answers(0, 10_000, "west"), ...answers(10_000, 30_000, undefined)],
      moments,
    );
    assert.equal(summary.answeredAgain, undefined);
    assert.equal(summary.back, undefined);
    assert.equal(summary.longestGap, 20_000);
  });

  test("nothing is asked any more: that is a gap as well", () => {
    const { longestGap, back } = summarize(answers(0, 10_000, "west"), moments);
    assert.equal(longestGap, 20_000);
    assert.equal(back, undefined);
  });

  test("a leak before the taking makes no other cluster the usual one", () => {
    const leak = { at: 5_050, took: 10, failure: undefined, cluster: "east" };
    const summary = summarize(
      [...answers(0, 10_000, "west"), leak, ...answers(10_000, 30_000, "east")],
      moments,
    );
    assert.equal(summary.back, undefined);
  });

  test("a leak afterwards doesn't count as not being back", () => {
    const leak = { at: 25_050, took: 10, failure: undefined, cluster: "east" };
    const summary = summarize([...answers(0, 30_000, "west"), leak], moments);
    assert.equal(summary.back, 10);
  });

  test("a member that seldom answered before may do so afterwards, and is nothing odd", () => {
    const every = (list: Answer[], nth: number): Answer[] =>
      list.map((one, index) => (index % nth === 7 ? { ...one, cluster: "far" } : one));
    const usual = every(answers(0, 10_000, "west"), 33);
    const summary = summarize(
      [
        ...usual,
        ...answers(10_000, 20_000, "far"),
        ...answers(20_000, 21_000, "far"),
        ...every(answers(21_000, 30_000, "west"), 15),
      ],
      moments,
    );
    assert.deepEqual(summary.before.clusters, { west: 97, far: 3 });
    assert.equal(summary.noticed, 10);
    assert.equal(summary.back, 1_010);
    const same = summarize([...usual, ...every(answers(10_000, 30_000, "west"), 15)], moments);
    assert.equal(same.noticed, undefined);
    assert.equal(same.back, 10);
  });

  test("whatever comes, requests are counted once, and no gap is longer than the drill", () => {
    const answer = fc.record({
      at: fc.integer({ min: 0, max: 29_000 }),
      took: fc.integer({ min: 0, max: 10_000 }),
      failure: fc.option(fc.constantFrom("status 500", "no answer"), { nil: undefined }),
      cluster: fc.option(fc.constantFrom("west", "east"), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(answer), (list) => {
        const summary = summarize(list, moments);
        const phases = [summary.before, summary.during, summary.after];
        const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
        assert.equal(sum(phases.map(({ requests }) => requests)), list.length);
        assert.equal(sum(phases.map(({ failed }) => failed)), summary.failed);
        assert.equal(sum(Object.values(summary.failures)), summary.failed);
        for (const { requests, failed, clusters } of phases) {
          assert.equal(sum(Object.values(clusters)) + failed, requests);
        }
        assert.ok(summary.longestGap > 0 && summary.longestGap <= 20_000);
        assert.ok(summary.back === undefined || summary.after.requests >= steady);
      }),
    );
  });
});

describe("limits", () => {
  const summary = summarize(
    [
      ...answers(0, 10_000, "west"),
      ...answers(10_000, 12_000, undefined),
      ...answers(12_000, 30_000, "west"),
    ],
    moments,
  );

  test("hold up to their value", () => {
    assert.deepEqual(exceeded(summary, { maxFailed: 20, maxGap: 2_010 }), []);
    assert.deepEqual(exceeded(summary, {}), []);
  });

  test("say what exceeds them", () => {
    assert.deepEqual(exceeded(summary, { maxFailed: 0, maxGap: 1_000 }), [
      "20 of 300 requests failed; the limit is 0",
      "2.0 s without an answer; the limit is 1 s",
    ]);
  });

  test("are not held by asking nothing", () => {
    const nothing = summarize([], moments);
    assert.deepEqual(exceeded(nothing, { maxFailed: 5 }), [
      "no request was sent: the limits can't be judged",
    ]);
    assert.deepEqual(exceeded(nothing, {}), []);
  });
});
