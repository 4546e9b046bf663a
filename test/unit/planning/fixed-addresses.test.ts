import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planOrThrow } from "../../../planning/plan.ts";
import type { ClusterSpec } from "../../../planning/topology.ts";
import { fixedAddresses } from "../../../planning/docker/fixed-addresses.ts";

function addresses(clusters: readonly ClusterSpec[], range: string): Record<string, string> {
  const plan = planOrThrow({ clusters: [...clusters] }, { name: "lab", sources: {} });
  return Object.fromEntries(fixedAddresses(plan.clusters, range));
}

const pair: ClusterSpec[] = [
  { name: "west", slot: 0 },
  { name: "east", slot: 4095 },
];

describe("the addresses that API servers keep", () => {
  it("follow from the slot alone, at the top of the range, below the broadcast address", () => {
    assert.deepEqual(addresses(pair, "172.18.0.0/16"), {
      west: "172.18.255.254",
      east: "172.18.239.255",
    });
    const [west] = pair;
    assert.ok(west);
    assert.deepEqual(
      addresses([...pair.toReversed(), { name: "north" }], "172.18.0.0/16").west,
      "172.18.255.254",
    );
    assert.deepEqual(addresses([west], "192.168.16.0/20"), { west: "192.168.31.254" });
  });

  it("are never the same, and never among those that Docker gives out first", () => {
    const clusters = Array.from({ length: 6 }, (_, slot) => ({
      name: `c-${slot}`,
      slot: slot * 7,
    }));
    const found = Object.values(addresses(clusters, "10.99.0.0/28"));
    assert.deepEqual(new Set(found).size, 6);
    for (const one of found) {
      const last = Number(one.split(".").at(-1));
      assert.ok(last >= 8 && last <= 14, one);
    }
  });

  it("are none where the range has no room for the nodes and for them", () => {
    const clusters = Array.from({ length: 8 }, (_, slot) => ({ name: `c-${slot}`, slot }));
    assert.deepEqual(addresses(clusters, "10.99.0.0/28"), {});
    assert.deepEqual(addresses([{ name: "west", nodes: { workers: 6 } }], "10.99.0.0/28"), {});
    assert.deepEqual(addresses([{ name: "west" }], "fd00::/64"), {});
  });

  it("are the load balancers' where there are several control planes, which moves nobody else", () => {
    const three = { name: "north", slot: 7, nodes: { controlPlanes: 3, workers: 1 } };
    assert.deepEqual(addresses([three, ...pair], "172.18.0.0/16"), {
      ...addresses(pair, "172.18.0.0/16"),
      north: "172.18.255.247",
    });
  });
});
