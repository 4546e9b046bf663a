import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { slotCount } from "../../../planning/clusters/addresses.ts";
import { contains, formatBlock, overlap } from "../../../planning/cidr.ts";
import { divideNetwork } from "../../../planning/docker/network.ts";
import { limits } from "../../../planning/limits.ts";
import { plan, planOrThrow } from "../../../planning/plan.ts";
import type { GatewaySpec } from "../../../planning/topology.ts";

function divided(subnet: string) {
  const addresses = divideNetwork(subnet);
  assert.ok(addresses);
  return addresses;
}

describe("a Docker network with a subnet", () => {
  it("has its nodes in one half and disjoint ranges for load balancers in the other", () => {
    const prefixes = fc.integer({
      min: limits.largestNetworkPrefix,
      max: limits.smallestNetworkPrefix,
    });
    const slot = fc.nat(slotCount - 1);
    fc.assert(
      fc.property(prefixes, slot, slot, (prefix, a, b) => {
        const { subnet, nodes, rangeOf, rangeCount } = divided(`10.0.0.0/${prefix}`);
        const [one, other] = [rangeOf(a), rangeOf(b)];
        assert.ok(rangeCount >= limits.clusters);
        assert.ok(one.last - one.first >= (a === rangeCount ? 1 : 3));
        assert.ok(contains(subnet, one) && !overlap(nodes, one) && one.last < subnet.last);
        const isSame =
          a === rangeCount || b === rangeCount ? a === b : a % rangeCount === b % rangeCount;
        assert.equal(overlap(one, other), isSame);
      }),
    );
  });

  it("keeps its ranges from release to release", () => {
    // A change of these values would move every load balancer of every user.
    const ranges = ["172.30.0.0/16", "172.30.0.0/20"].map((subnet) =>
      [0, 1, 2000].map((slot) => formatBlock(divided(subnet).rangeOf(slot))),
    );
    assert.deepEqual(ranges, [
      ["172.30.128.0/29", "172.30.128.8/29", "172.30.190.128/29"],
      ["172.30.8.0/30", "172.30.8.4/30", "172.30.15.76/30"],
    ]);
  });

  it("has room for the largest topology, with the slots that validation proposes", () => {
    const docker = { subnet: "172.30.0.0/20" };
    let clusters = Array.from({ length: limits.clusters }, (_, index) => ({
      name: `c${index}`,
      slot: index * 511,
      gateway: { serviceType: "LoadBalancer" as const },
    })).map((cluster) => ({ ...cluster, slot: cluster.slot % slotCount }));
    const first = plan({ clusters, docker }, { name: "lab" });
    assert.ok(!first.ok);
    clusters = clusters.map((cluster, index) => {
      const problem = first.problems.find(({ path }) => path === `clusters[${index}].slot`);
      const proposed = /slot: (\d+)/.exec(problem?.fix ?? "")?.[1];
      return proposed === undefined ? cluster : { ...cluster, slot: Number(proposed) };
    });
    const { problems } = { problems: [], ...plan({ clusters, docker }, { name: "lab" }) };
    assert.deepEqual(problems, []);
  });
});

describe("the load balancer that the package brings", () => {
  const brings = (east: object, links: readonly object[] = [{ from: "west", to: "east" }]) =>
    planOrThrow(
      {
        clusters: [{ name: "west" }, { name: "east", ...east }],
        links,
        docker: { subnet: "172.30.0.0/16" },
      },
      { name: "lab" },
    ).clusters.map((one) => one.type === "kind" && one.bringsLoadBalancer === true);
  const gateway = { serviceType: "LoadBalancer" };

  for (const [what, east, expected, links] of [
    ["is there for a gateway that needs one", { gateway }, true],
    ["is not there for node ports", {}, false],
    [
      "is not there where a gateway has addresses of the person's own",
      { gateway: { ...gateway, addresses: ["gw.test"] } },
      false,
    ],
    ["is not there without the gateway", { gateway }, false, []],
    ["is there for other Services", { loadBalancer: true }, true],
    ["can be left to somebody else", { gateway, loadBalancer: false }, false],
  ] as const) {
    it(what, () => {
      assert.deepEqual(brings(east, links), [false, expected]);
    });
  }
});

describe("a gateway behind a load balancer", () => {
  const gatewayOf = (gateway: GatewaySpec, docker?: { subnet: string }) =>
    planOrThrow(
      {
        clusters: [{ name: "west" }, { name: "east", gateway }],
        links: [{ from: "west", to: "east" }],
        ...(docker && { docker }),
      },
      { name: "lab" },
    ).clusters[1]?.gateway;

  it("has the first address of its cluster's range", () => {
    const gateway = gatewayOf({ serviceType: "LoadBalancer" }, { subnet: "172.30.0.0/16" });
    assert.deepEqual(gateway?.addresses, ["172.30.202.240"]);
    assert.equal(gateway.loadBalancerIP, "172.30.202.240");
    assert.equal(gateway.port, 4143);
  });

  it("keeps addresses that were written", () => {
    const gateway = gatewayOf(
      { serviceType: "LoadBalancer", addresses: ["gw.test"] },
      { subnet: "172.30.0.0/16" },
    );
    assert.deepEqual(gateway?.addresses, ["gw.test"]);
    assert.equal(gateway.loadBalancerIP, undefined);
  });
});
