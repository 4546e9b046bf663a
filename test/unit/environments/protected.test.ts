import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refuseProtected, refuseProtectedLosses } from "../../../environments/protected.ts";
import type { State } from "../../../environments/state.ts";
import { memberName } from "../../../planning/names.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";

const pair: Topology = { clusters: [{ name: "west" }, { name: "east" }] };
const planOf = (topology: Topology) => planOrThrow(topology, { name: "lab" });

/** The protected resources of the state that an `up` of {@link pair} leaves. */
function stateOf(further: object = {}): State {
  const urn = (type: string, name: string) => `urn:pulumi:lab::linkerd-topology::${type}::${name}`;
  const clusters = planOf(pair).clusters.map((cluster) => memberName("lab", cluster));
  const urns = [
    ...clusters.map((name) => urn("linkerd-topology:index:KindCluster$kind:index:Cluster", name)),
    urn("linkerd-topology:index:TrustAnchor$tls:index/privateKey:PrivateKey", "lab"),
  ];
  const resources = urns.map((one) => ({ urn: one, custom: true, protect: true, ...further }));
  return { version: 3, deployment: { resources } };
}

describe("what a state protects", () => {
  test("is refused before an up that would delete or replace it, by its name", () => {
    const refused = (topology: Topology, what: RegExp) => {
      assert.throws(() => {
        refuseProtectedLosses(stateOf(), planOf(topology), "lab");
      }, what);
    };
    refused(
      { clusters: [{ name: "west" }] },
      /would delete or replace .*: "lab-east-\w+"\. Nothing/,
    );
    const east = { name: "east", podSubnet: "10.99.0.0/21" };
    refused({ clusters: [{ name: "west" }, east] }, /: "lab-east-\w+"\. Nothing was changed/);
    refused({ ...pair, trust: { anchors: [{ generation: 2 }] } }, /: "lab"\. Nothing was changed/);
  });

  test("stands in no edit's way that keeps it", () => {
    const more: Topology = {
      clusters: [...pair.clusters, { name: "north" }],
      trust: { anchors: [{ generation: 1 }, { generation: 2 }] },
    };
    for (const topology of [pair, more]) {
      refuseProtectedLosses(stateOf(), planOf(topology), "lab");
    }
  });

  test("is refused before a down", () => {
    assert.throws(() => {
      refuseProtected(stateOf());
    }, /down would delete what is protected.*set protect to false/s);
  });

  test("is nothing in a stack without protection, in none, and of what only awaits its deletion", () => {
    const west = planOf({ clusters: [{ name: "west" }] });
    for (const state of [undefined, stateOf({ protect: false }), stateOf({ delete: true })]) {
      refuseProtected(state);
      refuseProtectedLosses(state, west, "lab");
    }
  });
});
