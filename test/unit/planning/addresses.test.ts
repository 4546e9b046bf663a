import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { defaultSlot, slotCount, slotSubnets } from "../../../planning/clusters/addresses.ts";
import { block, formatBlock, overlap, parseBlock } from "../../../planning/cidr.ts";
import { plan } from "../../../planning/plan.ts";

describe("default slots", () => {
  it("differ for all clusters of a numbered series", () => {
    const stem = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z-])?$/);
    fc.assert(
      fc.property(stem, fc.nat(1000), (name, first) => {
        const slots = Array.from({ length: 128 }, (_, index) =>
          defaultSlot(`${name}${first + index}`),
        );
        assert.equal(new Set([...slots, defaultSlot(name)]).size, 129);
      }),
    );
  });

  it("keep away from addresses that other tools use", () => {
    const notorious = [
      "10.0.0.0/24",
      "10.96.0.0/12",
      "10.244.0.0/16",
      "10.42.0.0/15",
      "10.88.0.0/16",
    ];
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/), (name) => {
        const { pods, services } = slotSubnets(defaultSlot(name));
        for (const other of notorious.map(block)) {
          assert.ok(!overlap(pods, other) && !overlap(services, other));
        }
      }),
    );
  });

  it("fill 10.0.0.0/8 from end to end", () => {
    assert.equal(slotCount, 4096);
    assert.equal(formatBlock(slotSubnets(0).pods), "10.0.0.0/21");
    assert.equal(formatBlock(slotSubnets(4095).pods), "10.127.248.0/21");
    assert.equal(formatBlock(slotSubnets(0).services), "10.128.0.0/21");
    assert.equal(formatBlock(slotSubnets(4095).services), "10.255.248.0/21");
  });

  it("that were proposed in place of taken ones mend the topology", () => {
    const collision = fc.record({
      count: fc.integer({ min: 2, max: 20 }),
      slot: fc.nat(slotCount - 1),
    });
    fc.assert(
      fc.property(collision, ({ count, slot }) => {
        const clusters = Array.from({ length: count }, (_, index) => ({ name: `c${index}`, slot }));
        const result = plan({ clusters }, { name: "lab" });
        assert.ok(!result.ok);
        assert.equal(result.problems.length, count - 1);
        const mended = clusters.map((cluster, index) => {
          const problem = result.problems.find(({ path }) => path === `clusters[${index}].slot`);
          const proposed = /slot: (\d+)/.exec(problem?.fix ?? "")?.[1];
          return proposed === undefined ? cluster : { ...cluster, slot: Number(proposed) };
        });
        assert.ok(plan({ clusters: mended }, { name: "lab" }).ok);
      }),
    );
  });
});

describe("a subnet", () => {
  it("is read and written alike", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 32 }), (address, prefix) => {
        const first = address - (address % 2 ** (32 - prefix));
        const text = formatBlock({ first, last: first + 2 ** (32 - prefix) - 1, prefix });
        assert.deepEqual(parseBlock(text), { first, last: first + 2 ** (32 - prefix) - 1, prefix });
      }),
    );
  });

  it("is not read where Go would read something else, or nothing", () => {
    for (const text of [
      "10.0.0.0",
      "10/8",
      "010.0.0.0/8",
      "0x0a.0.0.0/8",
      "10.0.0.0/33",
      "10.0.0.0/08",
      "10.0.0.0/00",
      "",
    ]) {
      assert.equal(parseBlock(text), undefined, text);
    }
  });
});
