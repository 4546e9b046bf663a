import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  nextUpgradeStep,
  refusedStep,
  withNamedVersion,
} from "../../../planning/linkerd/upgrade.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";

const three: Topology = {
  clusters: [{ name: "west" }, { name: "east" }, { name: "north" }],
  linkerd: { version: "edge-26.1.1", highAvailability: false },
};
const to = "edge-26.6.3";

/** Every step of an upgrade, as `kind clusters`, and what the topology is then. */
function walk(topology: Topology, choice: Parameters<typeof nextUpgradeStep>[1]) {
  const steps: string[] = [];
  for (;;) {
    const next = nextUpgradeStep(topology, choice);
    if (next === undefined) return { steps, topology };
    steps.push([next.kind, ...next.clusters].join(" "));
    topology = next.topology;
    // Every state between two steps is a topology that an `up` takes.
    planOrThrow(topology, { name: "lab" });
  }
}

describe("steps of an upgrade", () => {
  it("are the first cluster, then the others one by one, then one release for all", () => {
    const { steps, topology } = walk(three, { to });
    assert.deepEqual(steps, ["canary west", "cluster east", "cluster north", "fold"]);
    assert.deepEqual(topology, { ...three, linkerd: { version: to, highAvailability: false } });
  });

  it("begin with the canary that is asked for", () => {
    const { steps } = walk(three, { to, canary: "north" });
    assert.deepEqual(steps, ["canary north", "cluster west", "cluster east", "fold"]);
  });

  it("may be two, one of them the canary", () => {
    const { steps } = walk(three, { to, atOnce: true });
    assert.deepEqual(steps, ["canary west", "cluster east north", "fold"]);
  });

  it("go on where they were interrupted, without another canary", () => {
    const first = nextUpgradeStep(three, { to });
    assert.ok(first);
    const { steps } = walk(first.topology, { to, canary: "north" });
    assert.deepEqual(steps, ["cluster north", "cluster east", "fold"]);
  });

  it("lead back from anywhere to the topology that there was", () => {
    let topology = three;
    for (const expected of [
      ["cluster west", "fold"],
      ["cluster west", "cluster east", "fold"],
      ["canary west", "cluster east", "cluster north", "fold"],
      ["canary west", "cluster east", "cluster north", "fold"],
    ]) {
      topology = nextUpgradeStep(topology, { to })?.topology ?? topology;
      const back = walk(topology, { to: "edge-26.1.1" });
      assert.deepEqual(back, { steps: expected, topology: three });
    }
  });

  it("are none where all have the release, by whatever name", () => {
    assert.equal(nextUpgradeStep({ ...three, linkerd: { version: "2.20" } }, { to }), undefined);
  });

  it("need a release to start from, which is named where the topology doesn't say", () => {
    const { linkerd, ...silent } = three;
    assert.equal(linkerd?.version, "edge-26.1.1");
    assert.throws(() => nextUpgradeStep(silent, { to }), /names no release for west/);
    const { topology, steps } = walk(withNamedVersion(silent, "edge-26.1.1"), { to });
    assert.deepEqual(steps, ["canary west", "cluster east", "cluster north", "fold"]);
    assert.equal(topology.linkerd?.version, to);
    assert.equal(withNamedVersion(three, to), three);
  });

  it("change nothing of the clusters that wait", () => {
    const plans = [three, nextUpgradeStep(three, { to })?.topology].map((topology) =>
      planOrThrow(topology, { name: "lab" }),
    );
    const [before, after] = plans.map(({ clusters }) => clusters);
    assert.deepEqual(after?.slice(1), before?.slice(1));
    assert.deepEqual(after?.[0], {
      ...before?.[0],
      linkerd: { version: to, chartVersion: "2026.6.3" },
    });
  });
});

describe("a step between two releases", () => {
  it("may lead to the next stable release, and back", () => {
    for (const [from, next] of [
      ["edge-26.1.1", "edge-26.6.3"],
      ["edge-26.6.3", "edge-26.8.3"],
      ["edge-25.4.4", "edge-25.10.7"],
      ["edge-25.10.7", "edge-26.1.1"],
    ] as const) {
      assert.equal(refusedStep(from, next), undefined);
      assert.equal(refusedStep(next, from), undefined);
    }
  });

  it("is refused over more than one stable release, with the one that comes first", () => {
    assert.match(
      refusedStep("edge-25.4.4", "edge-26.6.3") ?? "",
      /from edge-25\.4\.4 \(2\.18\) to edge-26\.6\.3 \(2\.20\) is more than one stable release.*Go to 2\.19 first/,
    );
    assert.match(refusedStep("edge-26.8.3", "edge-25.4.4") ?? "", /Go to 2\.19 first/);
  });

  it("is refused back from definitions that nobody has looked at, and not forth", () => {
    assert.match(
      refusedStep("edge-26.9.1", "edge-26.8.3") ?? "",
      /would take the custom resource definitions back to earlier ones/,
    );
    assert.equal(refusedStep("edge-26.8.3", "edge-26.9.1"), undefined);
    assert.equal(refusedStep("edge-26.9.1", "edge-26.9.1"), undefined);
  });
});

describe("a release of one cluster", () => {
  it("brings its own charts and images of a sources file", () => {
    const sources = {
      charts: "/old/charts",
      images: { controller: "x/controller:old", proxy: "x/proxy:old", pause: "pause:3" },
      archives: ["/old.tar"],
      versions: {
        [to]: { charts: "/new/charts", images: { proxy: "x/proxy:new" }, archives: ["/new.tar"] },
      },
    };
    const topology = nextUpgradeStep(three, { to })?.topology;
    const { clusters } = planOrThrow(topology, { name: "lab", sources });
    // Back, once all have the later one: what the file holds besides is the earlier.
    const back = nextUpgradeStep({ ...three, linkerd: { version: to } }, { to: "edge-26.1.1" });
    planOrThrow(back?.topology, { name: "lab", sources });
    const single = { ...sources, versions: {} };
    assert.throws(
      () => planOrThrow(topology, { name: "lab", sources: single }),
      /clusters\[0\]\.linkerdVersion: "edge-26\.6\.3" can't be had: the charts and images at hand are those of edge-26\.1\.1/,
    );
    assert.deepEqual(
      clusters.map((cluster) => cluster.type === "kind" && cluster.imageArchives),
      [["/old.tar", "/new.tar"], ["/old.tar"], ["/old.tar"]],
    );
  });
});
