import assert from "node:assert/strict";
import path from "node:path";
import { before, describe, test } from "node:test";
import { runSource } from "./run-source.ts";
import type { LayerResult } from "../../runner/layers.ts";

const scenario = path.resolve(import.meta.dirname, "../../e2e/scenario.ts");

interface Case {
  /** What each `up` comes to: "up", or an error. */
  readonly ups: readonly string[];
  /** The scenarios, and what each is to do. */
  readonly scenarios: Readonly<Record<string, "passes" | "fails">>;
  /** What their topologies export. */
  readonly exports?: readonly unknown[];
}

// All in one process, which takes long to start.
const cases = {
  sound: { ups: ["up", "up"], scenarios: { sound1: "passes", sound2: "passes" } },
  exported: {
    ups: ["up", "up"],
    scenarios: { exported1: "passes", exported2: "passes" },
    exports: [{ service: "web" }],
  },
  healed: { ups: ["up", "up"], scenarios: { healed1: "fails", healed2: "passes" } },
  broken: {
    ups: ["up", "no node answers", "up"],
    scenarios: { broken1: "fails", broken2: "passes", broken3: "passes" },
  },
  own: { ups: ["up", "no memory"], scenarios: { own1: "passes", own2: "passes" } },
} satisfies Record<string, Case>;

/** Scenarios on a double of an environment. The last test of a case fails, and so prints what was asked of it. */
const source = `
  import { describe, test } from "node:test";
  import { declareScenarios, SharedClusters } from ${JSON.stringify(scenario)};
  for (const [name, { ups, scenarios, exports = [] }] of Object.entries(${JSON.stringify(cases)})) {
    const log = [];
    let there = false;
    const create = async (purpose, topology) => ({
      topology,
      async change(other) { this.topology = other; },
      async up({ refresh = false } = {}) {
        const result = ups.shift();
        log.push(refresh ? "refresh" : there ? "up" : "made");
        if (result !== "up") throw new Error(result);
        there = true;
        return { plan: { clusters: [], exports: this.topology.exports } };
      },
      async traces() { return there ? [name] : []; },
      async down() { there = false; },
      async dispose() { there = false; log.push("gone"); },
    });
    describe(name, () => {
      declareScenarios("x.test.ts", new SharedClusters("x", create), 
        Object.entries(scenarios).map(([own, what]) => ({
          name: own,
          title: "double",
          topology: () => ({ clusters: [{ name: own }], links: [], exports }),
          tests: () => test(own + " " + what, () => {
            if (what === "fails") throw new Error("the reason");
          }),
        })));
      test(name + " log", () => { throw new Error(log.join(" ")); });
    });
  }`;

describe("scenarios on clusters that they share", () => {
  let result: LayerResult;
  before(async () => {
    result = await runSource(source);
  });
  const of = (name: string, texts: readonly string[] = []) =>
    texts
      .filter((text) => text.includes(name))
      .map((text) => text.replace(/ \([^)]*\.m?[jt]s\)/, ""));
  const failed = (name: string) => of(name, result.failed);
  const notRun = (name: string) => of(name, result.notRun);

  test("change in place what the one before left, where that passed", () => {
    assert.deepEqual(failed("sound"), ["sound log: made up"]);
    assert.deepEqual(notRun("sound"), []);
  });

  test("refresh exports, whose Services the next one replaces", () => {
    assert.deepEqual(failed("exported"), ["exported log: made refresh"]);
    assert.deepEqual(notRun("exported"), []);
  });

  test("refresh after a failure, and are not failed by it", () => {
    assert.deepEqual(failed("healed"), ["healed1 fails: the reason", "healed log: made refresh"]);
    assert.deepEqual(notRun("healed"), []);
  });

  test("are not run where a failure left the clusters broken; the next gets clusters of its own", () => {
    assert.deepEqual(failed("broken"), [
      "broken1 fails: the reason",
      "broken log: made refresh gone made",
    ]);
    assert.deepEqual(notRun("broken"), [
      "broken2 passes: its suite ended before",
      "broken2: double: the scenario before, broken1, left the clusters broken: no node answers",
    ]);
  });

  test("fail themselves where nothing failed before", () => {
    assert.deepEqual(failed("own"), ["own2: double: no memory", "own log: made up gone"]);
    assert.deepEqual(notRun("own"), [
      "own2 passes: its suite ended before",
      "down leaves no container, network or file: the clusters of own2 could not be brought up",
    ]);
  });

  test("pass where they can", () => {
    // Scenarios, and the end of the clusters of each case.
    assert.equal(result.passed, 2 + 2 + 1 + 1 + 1 + 4);
  });
});
