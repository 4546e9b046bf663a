import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Role } from "../../../toolchain/given-parts.ts";
import { isPublic, planSources, type Reach } from "../../../toolchain/sources-plan.ts";

const everything: Reach = {
  node: true,
  linkerd: true,
  pause: true,
  charts: true,
  gatewayApi: true,
};
const nothing: Reach = {
  node: false,
  linkerd: false,
  pause: false,
  charts: false,
  gatewayApi: false,
};

describe("where linkerd-viz comes from", () => {
  const from = (given: readonly Role[], reach: Reach) => planSources(new Set(given), reach).viz;
  test("from the registries, if they have both its images and its chart", () => {
    assert.equal(from([], everything), "public");
    assert.equal(from(["controller", "proxy"], everything), "public");
    assert.equal(from([], { ...everything, charts: false }), "built");
    assert.equal(from([], { ...everything, linkerd: false }), "built");
  });
  test("from given images, if the two that it can't do without are among them", () => {
    assert.equal(from(["metrics-api", "tap"], everything), "given");
    assert.equal(from(["metrics-api", "tap"], nothing), "given");
    assert.equal(from(["tap", "web"], nothing), "built");
  });
});

describe("where images and charts come from", () => {
  for (const [name, given, reach, expected] of [
    [
      "all registries in reach: public, all of it",
      [],
      everything,
      {
        node: "public",
        linkerd: "public",
        pause: "public",
        probe: "public",
        charts: "public",
        dataPlane: "real",
      },
    ],
    [
      "no registry in reach: built, and no data plane",
      [],
      nothing,
      {
        node: "built",
        linkerd: "stand-ins",
        pause: "built",
        probe: "built",
        charts: "built",
        dataPlane: "none",
      },
    ],
    [
      "no registry, Linkerd's images given: the data plane is real",
      ["controller", "proxy"],
      nothing,
      { node: "built", linkerd: "given", pause: "built", charts: "built", dataPlane: "real" },
    ],
    [
      "no registry, everything given: nothing but charts is built",
      ["controller", "proxy", "pause", "node", "probe"],
      nothing,
      {
        node: "given",
        linkerd: "given",
        pause: "given",
        probe: "given",
        charts: "built",
        dataPlane: "real",
      },
    ],
    [
      "no registry, half of Linkerd given: stand-ins for both halves",
      ["proxy"],
      nothing,
      { linkerd: "stand-ins", dataPlane: "none" },
    ],
    [
      "half of Linkerd given, the other half public: real",
      ["controller"],
      everything,
      { linkerd: "given", dataPlane: "real" },
    ],
    [
      "given images win over public ones",
      ["controller", "proxy", "node", "pause"],
      everything,
      { node: "given", linkerd: "given", pause: "given", charts: "public", dataPlane: "real" },
    ],
    [
      "only Linkerd's registry out of reach: only that is stood in for",
      [],
      { ...everything, linkerd: false },
      {
        node: "public",
        linkerd: "stand-ins",
        pause: "public",
        charts: "public",
        dataPlane: "none",
      },
    ],
  ] as const) {
    test(name, () => {
      const plan = planSources(new Set<Role>(given), reach);
      for (const [key, value] of Object.entries(expected)) {
        assert.equal(plan[key as keyof typeof plan], value, key);
      }
    });
  }

  test("half of Linkerd given and no registry: a note says what to add", () => {
    const { notes } = planSources(new Set<Role>(["proxy"]), nothing);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /Add the controller image/);
  });

  test("a sources file is needed as soon as one part is not public", () => {
    assert.equal(isPublic(planSources(new Set(), everything)), true);
    for (const part of Object.keys(everything)) {
      assert.equal(isPublic(planSources(new Set(), { ...everything, [part]: false })), false, part);
    }
  });
});
