import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../environments/report/engine-progress.ts";
import type { StateResource } from "../../../environments/state.ts";
import { renderTimeline, timeline } from "../../../environments/timeline.ts";

const urn = (name: string): string => `urn:pulumi:lab::p::kind:index:Cluster::${name}`;

function step(name: string, started: number, ended: number, operation = "create"): Step {
  return { urn: urn(name), type: "kind:index:Cluster", operation, started, ended };
}

function resource(name: string, ...dependencies: string[]): StateResource {
  return { urn: urn(name), custom: true, dependencies: dependencies.map(urn) };
}

describe("the longest chain of an update", () => {
  test("follows dependencies, not the order in time", () => {
    const { chain, longest, total } = timeline(
      [step("a", 100, 1100), step("b", 100, 600), step("c", 1200, 2200), step("d", 700, 1000)],
      [resource("a"), resource("b"), resource("c", "a"), resource("d", "b")],
      0,
      2300,
    );
    assert.deepEqual(
      chain.map(({ milliseconds }) => milliseconds),
      [100, 1000, 1000],
    );
    assert.equal(longest, 2100);
    assert.equal(total, 2300);
  });

  test("goes through providers and parents, which take no time themselves", () => {
    const component: StateResource = { urn: urn("part"), custom: false, dependencies: [urn("a")] };
    const child: StateResource = { ...resource("c"), parent: urn("part") };
    const viaProvider: StateResource = { ...resource("d"), provider: `${urn("c")}::id` };
    const { longest } = timeline(
      [step("a", 0, 10), step("part", 0, 500), step("c", 20, 50), step("d", 60, 100)],
      [resource("a"), component, child, viaProvider],
      0,
      110,
    );
    assert.equal(longest, 10 + 30 + 40);
  });

  test("leaves out what was as it was", () => {
    const { chain } = timeline([step("a", 5, 900, "same")], [resource("a")], 0, 1000);
    assert.equal(chain.length, 1);
  });

  test("is shown with the share of each step", () => {
    const shown = renderTimeline(timeline([step("a", 500, 1500)], [resource("a")], 0, 2000));
    assert.match(shown, /cluster a +1\.0 s +50 %/);
    assert.match(shown, /up takes 1\.33 times its longest chain/);
  });
});
