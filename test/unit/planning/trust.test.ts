import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import type { Topology } from "../../../planning/topology.ts";
import { validTopology } from "./arbitraries.ts";

const planned = (topology: Topology): Plan => planOrThrow(topology, { name: "lab" });

const pair: Topology = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ between: ["west", "east"] }],
};

const issuers = (plan: Plan) => plan.clusters.map(({ issuer }) => issuer);
const made = (signer: number, rotation?: string) => ({ type: "made", signer, rotation });

describe("trust anchors", () => {
  it("are one generation without a word, and that is the same as saying so", () => {
    fc.assert(
      fc.property(validTopology(), (topology) => {
        const said = { ...topology, trust: { anchors: [{ generation: 1 }], signer: 1 } };
        assert.deepEqual(planned(said), planned(topology));
      }),
      { numRuns: 30 },
    );
  });

  it("make a staged topology of everything else, for good", () => {
    const staged = (trust: Topology["trust"] & object) => planned({ ...pair, trust }).trust.staged;
    assert.equal(staged({ anchors: [{ generation: 1 }, { generation: 2 }] }), true);
    assert.equal(staged({ anchors: [{ generation: 2 }] }), true);
    assert.equal(staged({ anchors: [{ generation: 1 }], restart: ["shop"] }), false);
    const given = { generation: 1, certificateFile: "root.crt", keyFile: "root.key" };
    assert.equal(staged({ anchors: [given] }), true);
  });

  it("that are given are where they are, and their keys are no part of the plan", () => {
    const { trust } = planned({
      ...pair,
      trust: {
        anchors: [
          { generation: 3, certificate: "text", keyFile: "root.key" },
          { generation: 4, certificateFile: "root.crt", keyFile: "root.key" },
        ],
      },
    });
    assert.deepEqual(trust.anchors, [
      { type: "given", generation: 3, certificate: { pem: "text" }, keyFile: "root.key" },
      { type: "given", generation: 4, certificate: { file: "root.crt" }, keyFile: "root.key" },
    ]);
  });
});

describe("issuers", () => {
  const anchors = [{ generation: 1 }, { generation: 2 }];

  it("are signed by the oldest generation until another one is named, for all or for one", () => {
    assert.deepEqual(issuers(planned({ ...pair, trust: { anchors } })), [made(1), made(1)]);
    assert.deepEqual(issuers(planned({ ...pair, trust: { anchors, signer: 2 } })), [
      made(2),
      made(2),
    ]);
    const one = { ...pair, clusters: [{ name: "west" }, { name: "east", trust: { signer: 2 } }] };
    assert.deepEqual(issuers(planned({ ...one, trust: { anchors } })), [made(1), made(2)]);
  });

  it("are rotated, given, or made by cert-manager, cluster by cluster", () => {
    const plan = planned({
      clusters: [
        { name: "west", trust: { rotation: "2" } },
        { name: "east", trust: { issuer: { certificate: "text", keyFile: "east.key" } } },
        {
          name: "north",
          kubeconfig: "north.kubeconfig",
          trust: { issuer: { certManager: { name: "mesh" } } },
        },
      ],
      trust: { anchors: [{ generation: 1 }, { generation: 2, certificate: "text" }] },
    });
    assert.deepEqual(issuers(plan), [
      made(1, "2"),
      { type: "given", certificate: { pem: "text" }, keyFile: "east.key" },
      {
        type: "cert-manager",
        issuer: { name: "mesh", kind: "ClusterIssuer", group: "cert-manager.io" },
      },
    ]);
  });
});

describe("domains", () => {
  const plan = planned({
    ...pair,
    clusters: [
      { name: "west", trust: { domain: "west.mesh" } },
      { name: "east", clusterDomain: "east.example" },
    ],
    trust: { domain: "mesh.example" },
  });
  const [west, east] = plan.clusters;

  it("are the mesh's, or a cluster's own", () => {
    assert.deepEqual([west?.trustDomain, east?.trustDomain], ["west.mesh", "mesh.example"]);
    assert.deepEqual([west?.clusterDomain, east?.clusterDomain], ["cluster.local", "east.example"]);
  });

  it("of trust are what the target's gateway is known by", () => {
    const of = (source: string) => plan.links.find((link) => link.source === source)?.gateway;
    const gateway = "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd";
    assert.equal(of("east")?.identity, `${gateway}.west.mesh`);
    assert.equal(of("west")?.identity, `${gateway}.mesh.example`);
  });

  it("of a cluster make another cluster, those of trust don't", () => {
    const generations = (topology: Topology) =>
      planned(topology).clusters.map((cluster) => cluster.type === "kind" && cluster.generation);
    const [before, after] = [
      generations(pair),
      generations({
        ...pair,
        clusters: [
          { name: "west", trust: { domain: "west.mesh" }, clusterDomain: "cluster.local" },
          { name: "east", clusterDomain: "east.example" },
        ],
      }),
    ];
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
  });
});
