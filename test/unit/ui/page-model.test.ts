import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import { layOut, forms } from "../../../ui/map.ts";
import type { LinkView, PageModel } from "../../../ui/model.ts";
import { pageModel, pointOf } from "../../../ui/page-model.ts";
import { changesBetween } from "../../../ui/timeline.ts";
import { failuresOf } from "../../../verification/prove.ts";
import type { FiguresSource } from "../../../verification/figures.ts";
import type { LinkStatus, MeshStatus } from "../../../verification/status.ts";
import { assertEach } from "../../assert-each.ts";
import { counted, observationOf, sevenFigures, sevenPlan, statusOf } from "./recorded.ts";

const now = new Date();
const noMap = { width: 0, height: 0, clusters: [], networks: [], links: [] };
const maps = { wide: noMap, narrow: noMap };

/** The status with one Link changed. */
function withLink(
  status: MeshStatus,
  source: string,
  target: string,
  change: (link: LinkStatus) => Partial<LinkStatus>,
): MeshStatus {
  return {
    ...status,
    links: status.links.map((link) =>
      link.source === source && link.target === target ? { ...link, ...change(link) } : link,
    ),
  };
}

describe("what the page shows of seven clusters", () => {
  let plan: Plan;
  let status: MeshStatus;
  let model: PageModel;
  before(async () => {
    plan = sevenPlan();
    status = statusOf(plan, now);
    const observation = await observationOf(plan, status, sevenFigures(plan, 1));
    assert.deepEqual(failuresOf(observation.verification.results), []);
    model = pageModel(observation, maps);
  });

  const link = (id: string, of = model): LinkView => {
    const found = of.links.find((one) => one.id === id);
    assert.ok(found, id);
    return found;
  };

  it("has every cluster and Link, each in order", () => {
    assert.deepEqual(
      model.clusters.map(({ name }) => name),
      plan.clusters.map(({ name }) => name),
    );
    assert.equal(model.links.length, 25);
    assert.deepEqual([...new Set(model.links.map(({ state }) => state))], ["alive"]);
    assert.deepEqual([...new Set(model.clusters.map(({ health }) => health))], ["well"]);
    assert.deepEqual([...new Set(model.services.map(({ health }) => health))], ["well"]);
  });

  it("tells what each Link carries, by who answered", () => {
    const figures = (id: string) => {
      const { perSecond = 0, success = 0 } = link(id).traffic ?? {};
      return [perSecond, Number(success.toFixed(3))];
    };
    assert.deepEqual(figures("cdn → faces-a"), [82, 1]);
    assert.deepEqual(figures("cdn → faces-b"), [66.1, 0.968]);
    assert.deepEqual(figures("cdn → dr"), [3, 1]);
    assert.deepEqual(figures("faces-a → smiley"), [81, 1]);
    assert.deepEqual(link("smiley → color").traffic, { perSecond: 0 });
    const { p50 = 0, p95 = 0, p99 = 0 } = link("cdn → faces-a").traffic ?? {};
    assert.ok(p50 > 5 && p50 < 15 && p95 > p50 && p99 > p95, [p50, p95, p99].join(" "));
  });

  it("tells who answers the clients of a Service", () => {
    const face = model.services.find(({ id }) => id === "faces/face");
    assert.ok(face);
    const [answers] = face.answers;
    assert.equal(answers?.cluster, "cdn");
    assert.deepEqual(
      face.answers.map(({ cluster }) => cluster),
      ["cdn", "color-b"],
    );
    assert.deepEqual(
      answers.shares.map(({ cluster, part }) => [cluster, Math.round(part * 100)]),
      [
        ["faces-a", 54],
        ["faces-b", 44],
        ["dr", 2],
      ],
    );
  });

  it("tells releases, workloads behind, and the first end of a certificate", () => {
    const cluster = model.clusters.find(({ name }) => name === "color-b");
    assert.deepEqual(cluster?.releases?.behind, ["faces/Deployment/color: edge-26.1.1"]);
    assert.equal(cluster.issuer?.ends, status.clusters[5]?.issuer?.expires);
    assert.equal(model.anchors.length, 1);
    assert.equal(model.anchors[0]?.clusters.length, 7);
  });

  it("gives a kubectl command for each", () => {
    const lines = [...model.clusters, ...model.links, ...model.services].map(({ commands }) =>
      commands.map(({ line }) => line),
    );
    assertEach("things with a command", lines, (some) => some.length > 0);
    assertEach("commands", lines.flat(), (line) => /^kubectl --kubeconfig \S+ /.test(line));
  });

  it("knows no figures without a look before, without a data plane, or without a proxy that is read", async () => {
    const first = sevenFigures(plan, 1).map((one) => ({ ...one, seconds: undefined }));
    const unread = sevenFigures(plan, 1).map((one) => ({
      ...one,
      clients: { proxies: 4, read: 0, unread: "forbidden", traffic: [] },
    }));
    const without: MeshStatus = { ...status, dataPlane: "none" };
    for (const [seen, figures] of [
      [status, []],
      [status, first],
      [status, unread],
      [without, sevenFigures(plan, 1)],
    ] as const) {
      const shown = pageModel(await observationOf(plan, seen, figures), maps);
      assert.deepEqual(
        shown.links.filter(({ traffic }) => traffic !== undefined),
        [],
      );
    }
  });

  const states: readonly (readonly [
    what: string,
    change: (link: LinkStatus) => Partial<LinkStatus>,
    state: LinkView["state"],
    trouble: RegExp,
  ])[] = [
    [
      "a gateway that answers no probes",
      ({ gateway }) => ({ gateway: { ...gateway, state: "not alive" } }),
      "not alive",
      /answers no probes/,
    ],
    [
      "a gateway that nobody probed yet",
      ({ gateway }) => ({ gateway: { ...gateway, state: "unknown" } }),
      "unknown",
      /no probe/,
    ],
    [
      "a service mirror that doesn't follow",
      ({ serviceMirror }) => ({
        serviceMirror: { ...serviceMirror, takenUp: false, trouble: "there is no Lease" },
      }),
      "not alive",
      /no Lease/,
    ],
    [
      "a service mirror that can't be asked",
      ({ serviceMirror }) => ({
        serviceMirror: { ...serviceMirror, takenUp: false, trouble: "x", unread: "forbidden" },
      }),
      "unknown",
      /forbidden/,
    ],
    [
      "a revoked account",
      ({ access }) => ({ access: { ...access, revoked: true } }),
      "cut off",
      /revoked/,
    ],
  ];
  for (const [what, change, state, trouble] of states) {
    it(`shows ${what} as ${state}`, async () => {
      const seen = withLink(status, "cdn", "dr", change);
      const shown = link("cdn → dr", pageModel(await observationOf(plan, seen), maps));
      assert.equal(shown.state, state);
      assert.match(shown.trouble ?? "", trouble);
    });
  }

  it("doesn't know how the Links of a silent cluster are", async () => {
    const seen: MeshStatus = {
      ...status,
      clusters: status.clusters.map((cluster) =>
        cluster.name === "cdn" ? { ...cluster, reachable: false } : cluster,
      ),
    };
    const shown = link("cdn → dr", pageModel(await observationOf(plan, seen), maps));
    assert.equal(shown.state, "unknown");
    assert.equal(shown.trouble, "cdn gives no answer");
  });

  it("puts failures first, each with how to mend it", async () => {
    const seen = withLink(status, "cdn", "dr", ({ gateway }) => ({
      gateway: { ...gateway, state: "not alive" },
    }));
    const shown = pageModel(await observationOf(plan, seen), maps);
    const [first] = shown.checks;
    assert.equal(first?.state, "failed");
    assert.equal(first.subject, "cdn → dr");
    assert.match(first.mend ?? "", /\S/);
    assert.equal(link("cdn → dr", shown).health, "failing");
  });

  it("tells a member that a federated Service lacks", async () => {
    const seen: MeshStatus = {
      ...status,
      clusters: status.clusters.map((cluster) =>
        cluster.name === "smiley" && cluster.services !== undefined
          ? {
              ...cluster,
              services: {
                ...cluster.services,
                federated: cluster.services.federated.map((one) => ({
                  ...one,
                  remote: ["faces-a"],
                })),
              },
            }
          : cluster,
      ),
    };
    const shown = pageModel(await observationOf(plan, seen), maps);
    const face = shown.services.find(({ id }) => id === "faces/face");
    assert.equal(face?.health, "failing");
    assert.deepEqual(face.federated.find(({ cluster }) => cluster === "smiley")?.missing, [
      "faces-b",
    ]);
    assert.deepEqual(
      changesBetween(model, shown)
        .filter(({ subject }) => subject === "faces/face")
        .map(({ text }) => text),
      ["gone: member faces-b of face-federated in smiley"],
    );
  });

  it("has a point for the charts", () => {
    const { at, links } = pointOf(model);
    assert.equal(at, now.getTime());
    assert.equal(links["cdn → faces-a"]?.perSecond, 82);
  });

  it("says where figures come from, and when Prometheus no longer tells them", async () => {
    const from = async (source: FiguresSource) => {
      const figures = sevenFigures(plan, 1).map((one) => ({ ...one, source }));
      return pageModel(await observationOf(plan, status, figures), maps);
    };
    const collected = await from({ from: "prometheus" });
    const silent = await from({ from: "proxies", instead: "Prometheus doesn't answer: gone" });
    assert.deepEqual(collected.clusters[0]?.figures, { from: "prometheus", seconds: 10 });
    assert.equal(silent.clusters[0]?.figures?.instead, "Prometheus doesn't answer: gone");
    const told = (before: PageModel, after: PageModel) =>
      changesBetween(before, after)
        .filter(({ subject }) => subject === "cdn")
        .map(({ kind, text }) => [kind, text]);
    assert.deepEqual(told(collected, silent), [["worse", "Prometheus doesn't answer: gone"]]);
    assert.deepEqual(told(silent, collected), [["better", "Prometheus answers again"]]);
    assert.deepEqual(told(model, model), []);
  });

  it("tells what changed, and nothing where nothing did", async () => {
    assert.deepEqual(changesBetween(undefined, model), []);
    assert.deepEqual(changesBetween(model, model), []);
    const down: MeshStatus = {
      ...withLink(status, "cdn", "dr", ({ gateway }) => ({
        gateway: { ...gateway, state: "not alive" },
      })),
      clusters: status.clusters.map((cluster) =>
        cluster.name === "color"
          ? {
              ...cluster,
              reachable: false,
              problems: ["connect ECONNREFUSED"],
              services: undefined,
            }
          : cluster,
      ),
    };
    const after = pageModel(await observationOf(plan, down, sevenFigures(plan, 1)), maps);
    const told = changesBetween(model, after).map(({ kind, subject, text }) => [
      kind,
      subject,
      text,
    ]);
    assert.deepEqual(told.slice(0, 2), [
      ["worse", "color", "doesn't answer"],
      ["worse", "cdn → dr", "alive → not alive"],
    ]);
    assert.ok(
      told.some(([, subject, text]) => subject === "cdn → dr" && /^failed: /.test(text ?? "")),
    );
    assert.ok(
      told.some(([, subject, text]) => subject === "color" && /^failed: /.test(text ?? "")),
    );
    // The Services of a silent cluster are unknown, not gone.
    assert.deepEqual(
      told.filter(([, , text]) => text?.startsWith("gone") === true),
      [],
    );
    const back = changesBetween(after, model).map(({ kind, text }) => [kind, text]);
    assert.ok(back.some(([kind, text]) => kind === "better" && text === "answers again"));
    assert.ok(back.some(([kind, text]) => kind === "better" && text === "not alive → alive"));
  });
});

describe("entries of traffic on the page", () => {
  const plan = planOrThrow(
    {
      clusters: [{ name: "west" }, { name: "east" }],
      links: [{ from: "west", to: "east" }],
      exports: [{ service: "web", namespace: "shop", from: "east" }],
      traffic: [
        {
          service: "web",
          namespace: "shop",
          port: 80,
          in: "west",
          split: { local: 90, east: 10 },
        },
      ],
    },
    { name: "two" },
  );

  it("have the planned shares beside the present ones", async () => {
    const status = statusOf(plan, now);
    const authority = "web.shop.svc.cluster.local:80";
    const pod = plan.clusters[0]?.podSubnet?.replace(/\.\d+\/\d+$/, ".7");
    const figures = [
      {
        cluster: "west",
        source: { from: "proxies" } as const,
        releases: undefined,
        seconds: 10,
        clients: {
          proxies: 1,
          read: 1,
          traffic: [
            counted({ authority, link: undefined, address: pod }, { success: 80 }),
            counted({ authority, link: "east", address: "172.19.0.9" }, { success: 20 }),
          ],
        },
        gateway: { proxies: 0, read: 0, traffic: [] },
      },
    ];
    const [entry] = pageModel(await observationOf(plan, status, figures), maps).entries;
    assert.ok(entry);
    assert.equal(entry.health, "well");
    assert.deepEqual(
      entry.rules.map(({ backends }) => backends.map(({ clusters, part }) => [clusters, part])),
      [
        [
          [["west"], 0.9],
          [["east"], 0.1],
        ],
      ],
    );
    assert.deepEqual(entry.answers?.shares, [
      { cluster: "west", part: 0.8 },
      { cluster: "east", part: 0.2 },
    ]);
  });
});

describe("the map", () => {
  it("has every cluster and Link within its size, the same every time", async () => {
    const plan = sevenPlan();
    for (const form of Object.values(forms)) {
      const map = await layOut(plan, form);
      assert.deepEqual(map, await layOut(plan, form));
      assert.deepEqual(
        map.clusters.map(({ name }) => name),
        plan.clusters.map(({ name }) => name),
      );
      assert.equal(map.links.length, plan.links.length);
      for (const { x, y, width, height } of [...map.clusters, ...map.networks]) {
        assert.ok(x >= 0 && y >= 0 && x + width <= map.width && y + height <= map.height);
      }
      for (const { path } of map.links) assert.match(path, /^M[\d.,-]+ C[\d., -]+$/);
    }
  });

  it("has no cluster over another", async () => {
    const { clusters } = await layOut(sevenPlan(), forms.narrow);
    for (const [index, one] of clusters.entries()) {
      for (const other of clusters.slice(index + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        assert.ok(apart, `${one.name} and ${other.name}`);
      }
    }
  });
});
