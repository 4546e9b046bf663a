import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toDot } from "../../../diagram/dot.ts";
import { graphOf } from "../../../diagram/graph.ts";
import { toMermaid } from "../../../diagram/mermaid.ts";
import { refreshPage } from "../../../diagram/page.ts";
import { toSvg } from "../../../diagram/svg.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import type { Topology } from "../../../planning/topology.ts";
import { validTopology } from "../planning/arbitraries.ts";

const planned = (topology: Topology): Plan => planOrThrow(topology, { name: "lab" });

const campus: Topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
    { name: "end" },
    {
      name: "staging",
      kubeconfig: "k",
      apiServer: "https://203.0.113.7:6443",
      gateway: { addresses: ["203.0.113.7"] },
    },
  ],
  links: [
    { from: "west", to: "east", mode: "flat" },
    { from: "east", to: "west" },
    { between: ["west", "end"] },
    { from: "end", to: "staging" },
  ],
  exports: [
    { service: "web", namespace: "shop", from: "west" },
    { service: "web", namespace: "shop", from: ["west", "east"], as: "federated" },
  ],
};

function mesh(count: number): Topology {
  const names = Array.from({ length: count }, (_, index) => `c-${index}`);
  return { clusters: names.map((name) => ({ name })), links: [{ between: names }] };
}

/** The names in a picture's boxes, from top to bottom. */
async function namesIn(topology: Topology): Promise<string[]> {
  const boxes = (await toSvg(planned(topology))).matchAll(
    /<title>c\d+<\/title>[^]*?<text[^>]* y="([-.\d]+)"[^>]*>([^<]+)</g,
  );
  return [...boxes]
    .map(([, y, name = ""]) => ({ name: name.replaceAll("&#45;", "-"), y: Number(y) }))
    .sort((one, other) => one.y - other.y)
    .map(({ name }) => name);
}

describe("a diagram", () => {
  it("has clusters with the same Links in the topology's order, from top to bottom", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `cluster-${index + 1}`);
    const networks = 4;
    const all = await namesIn({
      clusters: names.map((name, index) => ({ name, network: `net-${index % networks}` })),
      links: [{ between: names }],
    });
    for (let network = 0; network < networks; network++) {
      const own = names.filter((_, index) => index % networks === network);
      assert.deepEqual(
        all.filter((name) => own.includes(name)),
        own,
      );
    }
    const spokes = names.slice(0, 6);
    const star: Topology = {
      clusters: [{ name: "hub" }, ...spokes.map((name) => ({ name, network: "edge" }))],
      links: [{ from: "hub", to: spokes }],
      exports: [{ service: "web", namespace: "shop", from: "cluster-2" }],
    };
    assert.deepEqual(
      (await namesIn(star)).filter((name) => name !== "hub"),
      spokes,
    );
    const eight = mesh(8).clusters.map(({ name }) => name);
    assert.deepEqual(await namesIn(mesh(8)), eight);
  });

  it("has clusters in their networks, Links by mode, gateways, exports and mirrors", () => {
    assert.equal(
      toMermaid(planned(campus)),
      `flowchart LR
  subgraph n1["network lab"]
    c1["<b>west</b><br/>gateway<br/>exports shop/web (gateway, federated)<br/>mirror shop/web-federated"]
    c2["<b>east</b><br/>exports shop/web (federated)<br/>mirror shop/web-federated<br/>mirror shop/web-west"]
  end
  c3["<b>end</b><br/>gateway<br/>mirror shop/web-west"]
  c4["<b>staging</b><br/>exists already<br/>gateway"]
  c1 -->|flat| c2
  c1 <==>|gateway| c3
  c2 -.->|mixed| c1
  c3 ==>|gateway| c4
`,
    );
  });

  it("has the same in Graphviz' language", () => {
    const dot = toDot(planned(campus));
    for (const line of [
      '    label="network lab";',
      '  c3 [label=<<b>end</b><br/><font point-size="10">gateway</font><br/><font point-size="10">mirror shop/web-west</font>>];',
      '  c1 -> c2 [color="#00755e", penwidth=1];',
      '  c1 -> c3 [color="#0b5cad", penwidth=2.5, dir=both];',
      '  c2 -> c1 [color="#b34700", penwidth=1.5, style=dashed];',
    ]) {
      assert.ok(dot.split("\n").includes(line), `${line}\n${dot}`);
    }
    for (const mode of ["gateway: through", "flat: pod", "mixed: through"])
      assert.ok(dot.includes(mode), dot);
  });

  it("explains the modes of its Links only", async () => {
    const svg = await toSvg(planned(mesh(2)));
    assert.match(svg, />===<[^]*gateway: through a gateway</);
    assert.doesNotMatch(svg, /flat:|mixed:/);
    assert.doesNotMatch(await toSvg(planned({ clusters: [{ name: "west" }] })), /Links/);
  });

  it("draws the Links of all clusters of two networks as one arrow between the networks", () => {
    const clusters = Array.from({ length: 40 }, (_, index) => ({
      name: `c-${index}`,
      network: `region-${Math.floor(index / 10)}`,
    }));
    const between = clusters.map(({ name }) => name);
    const plan = planned({ clusters, links: [{ between }] });
    const { arrows, meshes } = graphOf(plan);
    assert.deepEqual(
      arrows.map(({ from, to, mode, bothWays }) => [from, to, mode, bothWays].join(" ")),
      ["n1 n2", "n1 n3", "n1 n4", "n2 n3", "n2 n4", "n3 n4"].map((one) => `${one} gateway true`),
    );
    assert.deepEqual(
      meshes.map(({ mode, members }) => [mode, members.length]),
      Array.from({ length: 4 }, () => ["mixed", 10]),
    );
    assert.match(toDot(plan), /c6 -> c16 \[.*, ltail=cluster_n1, lhead=cluster_n2\]/);
    assert.match(toMermaid(plan), /n1 <==>\|gateway\| n2/);
  });

  it("stays readable with sixteen clusters, each linked to each", () => {
    const { arrows, meshes } = graphOf(planned(mesh(16)));
    assert.deepEqual(arrows, []);
    assert.deepEqual(
      meshes.map(({ members }) => members.length),
      [16],
    );
    assert.ok(toMermaid(planned(mesh(16))).split("\n").length < 40);
    assert.equal(graphOf(planned(mesh(3))).arrows.length, 3);
  });

  it("draws several meshes apart, and the Links between them", () => {
    const [left, right] = [
      ["a-1", "a-2", "a-3", "a-4", "a-5"],
      ["b-1", "b-2", "b-3", "b-4"],
    ];
    const clusters = [...left, ...right].map((name) => ({ name }));
    const links = [{ between: left }, { between: right }, { between: ["a-1", "b-1"] }];
    const { arrows, meshes } = graphOf(planned({ clusters, links }));
    assert.deepEqual(
      meshes.map(({ members }) => members.join(" ")),
      ["c1 c2 c3 c4 c5", "c6 c7 c8 c9"],
    );
    assert.deepEqual(arrows, [{ from: "c1", to: "c6", mode: "gateway", bothWays: true }]);
  });

  it("shows some of many exports, and how many there are", () => {
    const exports = Array.from({ length: 9 }, (_, index) => ({
      service: `s${index}`,
      namespace: "shop",
      from: "c-0",
    }));
    const [box] = graphOf(planned({ ...mesh(2), exports })).networks;
    assert.deepEqual(box?.clusters[0]?.lines, [
      "gateway",
      "exports shop/s0 (gateway)",
      "exports shop/s1 (gateway)",
      "exports shop/s2 (gateway)",
      "and 6 more exports",
    ]);
  });

  it("shows each Link once", () => {
    fc.assert(
      fc.property(validTopology(1, 12), (topology) => {
        const plan = planned(topology);
        const { arrows, meshes, networks } = graphOf(plan);
        const inMeshes = meshes.map(({ members }) => members.length * (members.length - 1));
        const sizes = new Map(networks.map(({ id, clusters }) => [id, clusters.length]));
        const drawn = arrows.map(
          ({ from, to, bothWays }) =>
            (bothWays ? 2 : 1) * (sizes.get(from) ?? 1) * (sizes.get(to) ?? 1),
        );
        const total = [...inMeshes, ...drawn].reduce((sum, count) => sum + count, 0);
        assert.equal(total, plan.links.length);
      }),
      { numRuns: 50 },
    );
  });

  it("can be drawn by Graphviz", async () => {
    for (const topology of [campus, mesh(16)]) {
      const svg = await toSvg(planned(topology));
      assert.match(svg, /<svg /);
      for (const { name } of topology.clusters) {
        assert.ok(svg.includes(`>${name.replaceAll("-", "&#45;")}</text>`));
      }
    }
  });
});

describe("a page with markers", () => {
  const page = `before
<!-- diagram lab -->
old
<!-- end -->
between
\`\`\`yaml
exports:
  - { service: web, namespace: shop, from: east }
\`\`\`
<!-- mirrors lab -->
<!-- end -->
after
`;
  const lab = {
    clusters: [{ name: "west" }, { name: "east" }],
    links: [{ from: "west", to: "east" }],
  };

  it("gets what is between them recreated, with the exports that it shows", () => {
    const text = refreshPage(page, new Map([["lab", lab]]));
    assert.doesNotMatch(text, /old/);
    assert.match(text, /^before\n<!-- diagram lab -->\n\n```mermaid\n[^]*exports shop\/web/);
    assert.match(text, /\| west {7}\| shop {6}\| `web-east` \| gateway \| web of east \|/);
    assert.match(text, /<!-- end -->\nafter\n$/);
    assert.equal(refreshPage(text, new Map([["lab", lab]])), text);
  });

  it("may not name a stack that there isn't", () => {
    assert.throws(() => refreshPage(page, new Map()), /the stack "lab", which doesn't exist/);
  });
});
