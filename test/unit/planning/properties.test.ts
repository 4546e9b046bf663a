import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { block, overlap } from "../../../planning/cidr.ts";
import { plan, planOrThrow } from "../../../planning/plan.ts";
import type { PlanResult } from "../../../planning/plan.ts";
import type { ClusterPlan, Plan } from "../../../planning/plan-types.ts";
import type { Topology } from "../../../planning/topology.ts";
import { damagedTopology, validTopology } from "./arbitraries.ts";
import { withoutCluster } from "./smaller.ts";

const context = { name: "stack" };

function planned(topology: Topology): Plan {
  return planOrThrow(topology, context);
}

/** What must not move when something else in the topology changes. */
function anchored(cluster: ClusterPlan | undefined): unknown {
  assert.equal(cluster?.type, "kind");
  const { generation, podSubnet, serviceSubnet, nodes, kindName, apiServer, network } = cluster;
  return { generation, podSubnet, serviceSubnet, nodes, kindName, apiServer, network };
}

function byName(plan: Plan, name: string): ClusterPlan | undefined {
  return plan.clusters.find((cluster) => cluster.name === name);
}

describe("a valid topology", () => {
  it("has a plan, and the same one every time", () => {
    fc.assert(
      fc.property(validTopology(), (topology) => {
        assert.deepEqual(planned(topology), planned(structuredClone(topology)));
      }),
      { numRuns: 60 },
    );
  });

  it("gets subnets that are disjoint from each other and from Docker's", () => {
    const docker = ["172.16.0.0/12", "192.168.0.0/16"].map(block);
    fc.assert(
      fc.property(validTopology(), (topology) => {
        const subnets = planned(topology).clusters.flatMap(({ podSubnet, serviceSubnet }) => [
          block(podSubnet ?? ""),
          block(serviceSubnet ?? ""),
        ]);
        for (const [index, subnet] of subnets.entries()) {
          const others = [...docker, ...subnets.slice(0, index)];
          assert.ok(!others.some((other) => overlap(other, subnet)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps every other cluster and Link as it is when a cluster goes or comes", () => {
    fc.assert(
      fc.property(validTopology(2, 10), fc.nat(), (topology, position) => {
        const { length } = topology.clusters;
        const name = topology.clusters[position % length]?.name ?? "";
        const [all, fewer] = [planned(topology), planned(withoutCluster(topology, name))];
        for (const cluster of fewer.clusters) {
          assert.deepEqual(anchored(cluster), anchored(byName(all, cluster.name)));
        }
        const rest = all.links.filter((link) => link.source !== name && link.target !== name);
        assert.deepEqual(fewer.links, rest);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps every cluster and every other Link as it is when a Link goes or comes", () => {
    fc.assert(
      fc.property(validTopology(2, 10), fc.nat(), (topology, position) => {
        const links = topology.links ?? [];
        const gone = links.length === 0 ? -1 : position % links.length;
        const all = planned(topology);
        const fewer = planned({ ...topology, links: links.filter((_, index) => index !== gone) });
        assert.deepEqual(fewer.clusters.map(anchored), all.clusters.map(anchored));
        const kept = new Set(fewer.links.map((link) => `${link.source} ${link.target}`));
        const rest = all.links.filter((link) => kept.has(`${link.source} ${link.target}`));
        assert.deepEqual(fewer.links, rest);
      }),
      { numRuns: 60 },
    );
  });

  it("gives each Link a mode that its networks allow, and a gateway where the mode needs one", () => {
    fc.assert(
      fc.property(validTopology(2, 12), (topology) => {
        const result = planned(topology);
        for (const { source, target, mode, gateway } of result.links) {
          const [from, to] = [byName(result, source), byName(result, target)];
          if (mode !== "gateway") assert.equal(from?.network, to?.network);
          assert.equal(gateway !== undefined, mode !== "flat");
          assert.deepEqual(gateway, mode === "flat" ? undefined : to?.gateway);
          assert.ok(from?.targets.includes(target) && to?.sources.includes(source));
        }
        for (const { name, gateway } of result.clusters) {
          const used = result.links.some((link) => link.target === name && link.mode !== "flat");
          assert.equal(gateway !== undefined, used);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has one Link per source and target, in the order of the clusters", () => {
    fc.assert(
      fc.property(validTopology(2, 12), (topology) => {
        const order = new Map(topology.clusters.map(({ name }, index) => [name, index]));
        const ranks = planned(topology).links.map(
          ({ source, target }) => (order.get(source) ?? NaN) * 1000 + (order.get(target) ?? NaN),
        );
        for (const [index, rank] of ranks.entries()) {
          if (index > 0) assert.ok(rank > (ranks[index - 1] ?? NaN));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("any input", () => {
  const check = (input: unknown) => {
    const result = plan(input, context);
    assert.deepEqual(plan(input, context), result);
    checkProblems(result);
  };

  it("gets a plan or problems, never an exception", () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), check));
    fc.assert(fc.property(fc.jsonValue(), check));
  });

  it("gets them also where only one value is wrong", () => {
    fc.assert(fc.property(damagedTopology(), check), { numRuns: 500 });
  });
});

function checkProblems(result: PlanResult): void {
  if (result.ok) return;
  assert.notEqual(result.problems.length, 0);
  for (const problem of result.problems) {
    for (const text of [problem.path, problem.message, problem.fix]) {
      assert.match(text, /^\S[^\n]*$/);
      assert.doesNotMatch(text, /undefined|NaN is not a|\[object/);
    }
  }
}
