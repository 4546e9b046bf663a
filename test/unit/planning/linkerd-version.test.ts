import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { chooseVersion, describeChoice } from "../../../planning/linkerd/choose-version.ts";
import { linkerdNotices } from "../../../planning/linkerd/notices.ts";
import { knownVersions, stableNumbers } from "../../../planning/linkerd/versions.ts";
import { plan, planOrThrow } from "../../../planning/plan.ts";
import type { PlanContext } from "../../../planning/plan.ts";
import { heldVersion } from "../../../planning/sources/held-version.ts";
import { formatProblem } from "../../../planning/topology/problem.ts";
import type { Topology } from "../../../planning/topology.ts";

const none = () => undefined;
const west = (version?: string, kubernetesVersion?: string): Topology => ({
  clusters: [{ name: "west", ...(kubernetesVersion !== undefined && { kubernetesVersion }) }],
  ...(version !== undefined && { linkerd: { version } }),
});
const problems = (topology: Topology, context: Partial<PlanContext>): readonly string[] => {
  const result = plan(topology, { name: "lab", ...context });
  return result.ok ? [] : result.problems.map(formatProblem);
};

describe("which release of Linkerd is installed", () => {
  for (const [asked, held, version, words] of [
    [undefined, undefined, "edge-26.6.3", "Linkerd edge-26.6.3 (2.20), the default"],
    [
      undefined,
      "edge-26.1.1",
      "edge-26.1.1",
      "Linkerd edge-26.1.1, the release of the charts and images at hand",
    ],
    ["2.20", undefined, "edge-26.6.3", "Linkerd edge-26.6.3 (2.20), as the topology says"],
    ["edge-26.7.1", undefined, "edge-26.7.1", "Linkerd edge-26.7.1, as the topology says"],
    ["2.20", "edge-26.6.3", "edge-26.6.3", "Linkerd edge-26.6.3 (2.20), as the topology says"],
  ] as const) {
    it(`asked for ${asked ?? "none"}, at hand ${held ?? "all"}: ${version}`, () => {
      const sources = held === undefined ? {} : { linkerdVersion: held };
      const { linkerd } = planOrThrow(west(asked), { name: "lab", sources });
      assert.equal(linkerd.version, version);
      assert.equal(describeChoice(linkerd), words);
    });
  }

  it("is never another one than the sources hold: that is refused", () => {
    const versions = [...knownVersions.map(({ edge }) => edge), ...stableNumbers];
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom(...versions), { nil: undefined }),
        fc.constantFrom(...knownVersions.map(({ edge }) => edge)),
        (asked, held) => {
          const result = plan(west(asked), { name: "lab", sources: { linkerdVersion: held } });
          const wanted = chooseVersion(asked, held)?.version;
          assert.equal(result.ok, wanted === held);
          if (result.ok) assert.equal(result.plan.linkerd.version, held);
        },
      ),
    );
    assert.deepEqual(problems(west("2.20"), { sources: { linkerdVersion: "edge-26.1.1" } }), [
      `linkerd.version: "edge-26.6.3" can't be had: the charts and images at hand are those of edge-26.1.1 ` +
        "(leave it out or write edge-26.1.1; or let the machine reach the registries; or name charts, images and " +
        "archives of edge-26.6.3 in a sources file (LINKERD_TOPOLOGY_SOURCES), under versions if it holds another " +
        "release)",
    ]);
  });

  it("may be one that the sources list besides, for all clusters or for one", () => {
    const sources = { linkerdVersion: "edge-26.1.1", versions: { "edge-26.6.3": {} } };
    const one = { clusters: [{ name: "west", linkerdVersion: "2.20" }] };
    for (const topology of [west(), west("2.20"), one]) {
      assert.deepEqual(problems(topology, { sources }), []);
    }
    for (const topology of [
      west("edge-26.8.3"),
      { clusters: [{ name: "west", linkerdVersion: "edge-26.8.3" }] },
    ]) {
      assert.match(problems(topology, { sources }).join(), /"edge-26\.8\.3" can't be had/);
    }
  });

  it("asks for no newer Kubernetes than it certainly needs while the sources aren't known", () => {
    const topology = west(undefined, "v1.30.1");
    assert.deepEqual(problems(topology, {}), []);
    assert.deepEqual(problems(topology, { sources: { linkerdVersion: "edge-26.1.1" } }), []);
    assert.match(problems(topology, { sources: {} }).join(), /older than v1\.31, .* edge-26\.6\.3/);
    assert.match(problems(west("2.20", "v1.30.1"), {}).join(), /older than v1\.31/);
  });
});

describe("what a person is told of a release", () => {
  const notices = (topology: Topology) => linkerdNotices(planOrThrow(topology, { name: "lab" }));

  it("nothing, of a known one with a known Kubernetes", () => {
    for (const { edge, kubernetes } of knownVersions) {
      assert.deepEqual(notices(west(edge, `v${kubernetes.newest}.1`)), []);
    }
    assert.deepEqual(notices(west()), []);
  });

  it("that it isn't known, and which one it is treated like", () => {
    const [notice = "", ...others] = notices(west("edge-26.7.1"));
    assert.deepEqual(others, []);
    assert.match(
      notice,
      /edge-26\.7\.1 is not a release that .* treated like edge-26\.6\.3 \(2\.20\)/,
    );
  });

  it("that one cluster has a release that isn't known, or a Kubernetes newer than its own release works with", () => {
    const own = (linkerdVersion: string) => ({
      ...west("2.20"),
      clusters: [{ name: "west", kubernetesVersion: "v1.36.0", linkerdVersion }],
    });
    assert.match(notices(own("edge-26.7.1")).join(), /edge-26\.7\.1 is not a release that/);
    assert.deepEqual(notices(own("edge-26.8.3")), []);
  });

  it("that a Kubernetes is newer than it is known to work with", () => {
    const [notice = "", ...others] = notices(west("2.20", "v1.36.0"));
    assert.deepEqual(others, []);
    assert.match(notice, /up to v1\.35\. Newer than that: west: Kubernetes v1\.36\.0$/);
  });
});

describe("the release that sources hold", () => {
  const charts = (appVersion: string) => (file: string) =>
    file === "/charts/linkerd-control-plane/Chart.yaml" ? `appVersion: ${appVersion}\n` : undefined;
  const images = {
    controller: "registry.example/linkerd/controller:edge-26.8.3",
    proxy: "registry.example/linkerd/proxy:own",
  };
  for (const [what, sources, readFile, version] of [
    ["public registries", {}, none, undefined],
    [
      "what they say",
      { linkerdVersion: "edge-26.1.1", charts: "/charts" },
      charts("x"),
      "edge-26.1.1",
    ],
    ["their charts'", { charts: "/charts", images }, charts("edge-26.6.3"), "edge-26.6.3"],
    [
      "charts of no release, their images'",
      { charts: "/charts", images },
      charts("dev"),
      "edge-26.8.3",
    ],
    ["charts that are empty", { charts: "/charts" }, () => "", undefined],
    ["charts that are gone", { charts: "/charts" }, none, undefined],
    ["images of one's own", { images: { proxy: images.proxy } }, none, undefined],
  ] as const) {
    it(`${what}: ${version ?? "any"}`, () => {
      assert.equal(heldVersion(sources, readFile), version);
    });
  }
});
