import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover } from "../../../../planning/discovery/discover.ts";
import type { ClusterObservation } from "../../../../planning/discovery/observation.ts";
import { planAsFound, planOrThrow } from "../../../../planning/plan.ts";
import type { LinkMode, Topology } from "../../../../planning/topology.ts";
import { observationsOf } from "./observed.ts";

type PodNetwork = Partial<
  Pick<ClusterObservation, "podSubnet" | "podAddresses"> & { readonly shares: readonly string[] }
>;

/** What was seen of a pair, of whose cluster west only this is known of its pods' network. */
function seen(mode: LinkMode, { shares = [], ...known }: PodNetwork) {
  const topology: Topology = {
    clusters: [
      { name: "west", network: "lab" },
      { name: "east", network: "lab" },
    ],
    links: [{ between: ["west", "east"], mode }],
  };
  const [west, east] = observationsOf(planOrThrow(topology, { name: "lab" }));
  assert.ok(west && east);
  const nodes = shares.map((cidr, index) => ({
    name: `node-${String(index)}`,
    addresses: [],
    podCidrs: [cidr],
  }));
  return discover([{ ...west, podSubnet: undefined, nodes, ...known }, east]);
}

interface Case {
  readonly what: string;
  readonly known: PodNetwork;
  readonly podSubnet: string;
  /** Undefined: it is no guess. */
  readonly note?: RegExp;
}

const cases: readonly Case[] = [
  {
    what: "kubeadm's, if every pod is in it",
    known: {
      podSubnet: "10.244.0.0/16",
      shares: ["10.244.3.0/24"],
      podAddresses: ["10.244.3.4", "10.244.9.1"],
    },
    podSubnet: "10.244.0.0/16",
  },
  {
    what: "kubeadm's, if the pods may not be listed",
    known: { podSubnet: "10.244.0.0/16", shares: ["10.244.3.0/24"] },
    podSubnet: "10.244.0.0/16",
  },
  {
    what: "kubeadm's IPv4 one, in its usual form, where it has two families",
    known: { podSubnet: "10.244.1.0/16,fd00:10::/56", podAddresses: ["10.244.3.4", "fd00:10::4"] },
    podSubnet: "10.244.0.0/16",
  },
  {
    what: "the nodes' shares, joined, if every pod is in one",
    known: {
      shares: ["10.42.1.0/24", "10.42.0.0/24", "10.42.4.0/24", "fd00::/64"],
      podAddresses: ["10.42.0.7", "10.42.1.9", "10.42.4.2"],
    },
    podSubnet: "10.42.0.0/23,10.42.4.0/24",
    note: /by the nodes' podCIDR: another node brings another one/,
  },
  {
    what: "the nodes' shares, if the pods may not be listed",
    known: { shares: ["10.42.0.0/24"] },
    podSubnet: "10.42.0.0/24",
    note: /by the nodes' podCIDR/,
  },
  {
    what: "by the pods, if kubeadm and the nodes have nothing",
    known: { podAddresses: ["10.0.1.23", "10.0.2.99", "100.64.7.1"] },
    podSubnet: "10.0.0.0/22,100.64.7.0/24",
    note: /by the addresses of 3 pods/,
  },
  {
    what: "by the pods, if none keeps to what kubeadm and the nodes have",
    known: {
      podSubnet: "10.244.0.0/16",
      shares: ["10.244.0.0/24"],
      podAddresses: ["100.64.1.2", "100.64.1.3"],
    },
    podSubnet: "100.64.1.0/24",
    note: /by the addresses of 2 pods/,
  },
  {
    what: "by the pods and kubeadm, if only some keep to it",
    known: {
      podSubnet: "10.244.0.0/16",
      shares: ["10.244.0.0/24"],
      podAddresses: ["10.244.0.2", "100.64.1.3"],
    },
    podSubnet: "10.244.0.0/16,100.64.1.0/24",
    note: /by the addresses of 2 pods/,
  },
];

describe("the pod subnet of a cluster with traffic from pod to pod is", () => {
  for (const { what, known, podSubnet, note } of cases) {
    for (const mode of ["flat", "mixed"] as const) {
      test(`${what} (${mode})`, () => {
        const { topology, notes } = seen(mode, known);
        assert.equal(topology.clusters[0]?.podSubnet, podSubnet);
        const told = notes.filter(({ at }) => at.includes("podSubnet"));
        assert.deepEqual(
          told.map(({ kind, at }) => [kind, ...at]),
          note === undefined ? [] : [["guess", "clusters", 0, "podSubnet"]],
        );
        if (note !== undefined) assert.match(told[0]?.text ?? "", note);
        // `up` takes it.
        planOrThrow(topology, { name: "found" });
        assert.deepEqual(
          notes.filter(({ text }) => text.includes("would refuse")),
          [],
        );
      });
    }
  }
});

test("without anything that tells it, verify has a plan, and the file says why up would refuse", () => {
  const { topology, notes } = seen("mixed", {});
  assert.equal(topology.clusters[0]?.podSubnet, undefined);
  assert.ok(planAsFound(topology, { name: "found" }).plan);
  assert.ok(
    notes.some(({ text }) =>
      /`up` would refuse.*the pod subnet of "west" is not known.*write podSubnet/.test(text),
    ),
  );
});

test("gateway Links need none: nothing is guessed", () => {
  const { topology, notes } = seen("gateway", { shares: ["10.42.0.0/24"] });
  assert.equal(topology.clusters[0]?.podSubnet, undefined);
  assert.deepEqual(
    notes.filter(({ at }) => at.includes("podSubnet")),
    [],
  );
});

test("several Service subnets are all of them, of IPv4", () => {
  const found = discover(
    observationsOf(planOrThrow({ clusters: [{ name: "west" }] }, { name: "lab" })).map((one) => ({
      ...one,
      serviceSubnet: "10.96.0.0/16, 10.97.0.0/16, fd00:1::/112",
    })),
  );
  assert.equal(found.topology.clusters[0]?.serviceSubnet, "10.96.0.0/16,10.97.0.0/16");
});
