import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planOrThrow } from "../../../../planning/plan.ts";
import type { Plan } from "../../../../planning/plan-types.ts";
import type { Topology } from "../../../../planning/topology.ts";
import { planProbes } from "../../../../verification/traffic/probe-plan.ts";

function planOf(links: Topology["links"], clusters = ["west", "east", "north"]): Plan {
  const topology = { clusters: clusters.map((name) => ({ name, network: "one" })), links };
  return planOrThrow(topology, { name: "probes" });
}

const routesOf = (links: Topology["links"], clusters?: string[]) =>
  planProbes(planOf(links, clusters)).routes.map(
    ({ kind, source, members, host, obstacle }) =>
      `${kind} ${source} → ${members.join("+")} ${host}${obstacle === undefined ? "" : " !"}`,
  );

describe("what is probed", () => {
  test("a gateway's Link: Services through it, headless ones included where the Link mirrors them", () => {
    assert.deepEqual(routesOf([{ from: "west", to: "east", mode: "gateway" }], ["west", "east"]), [
      "gateway west → east gateway-east",
      "headless west → east server-1.headless-east",
    ]);
    assert.deepEqual(
      routesOf([{ from: "west", to: "east", mode: "gateway", headless: false }], ["west", "east"]),
      ["gateway west → east gateway-east"],
    );
  });

  test("a flat Link: discovery, and one federated Service over source and targets", () => {
    assert.deepEqual(routesOf([{ from: "west", to: ["east", "north"], mode: "flat" }]), [
      "flat west → east flat-east",
      "flat west → north flat-north",
      "federated west → west+east+north member-federated",
    ]);
  });

  test("the labels are those that the Links' own selectors ask for", () => {
    const { services, routes } = planProbes(
      planOf(
        [
          {
            from: "west",
            to: "east",
            mode: "gateway",
            headless: false,
            selectors: {
              gateway: { matchExpressions: [{ key: "team", operator: "In", values: ["a", "b"] }] },
            },
          },
        ],
        ["west", "east"],
      ),
    );
    assert.deepEqual(services, [
      { cluster: "east", name: "gateway", headless: false, labels: { team: "a" } },
    ]);
    assert.equal(routes[0]?.obstacle, undefined);
  });

  test("Links whose selectors exclude each other get a Service each", () => {
    const selecting = (value: string) => ({
      gateway: { matchLabels: { team: value } },
    });
    const { services, routes } = planProbes(
      planOf([
        { from: "west", to: "east", mode: "gateway", headless: false, selectors: selecting("a") },
        { from: "north", to: "east", mode: "gateway", headless: false, selectors: selecting("b") },
      ]),
    );
    assert.deepEqual(
      services.map(({ name, labels }) => [name, labels]),
      [
        ["gateway", { team: "a" }],
        ["gateway-2", { team: "b" }],
      ],
    );
    assert.deepEqual(
      routes.map(({ source, host }) => `${source} ${host}`),
      ["west gateway-east", "north gateway-2-east"],
    );
  });

  test("a kind that its selectors leave no labels for says so", () => {
    const { routes, services } = planProbes(
      planOf(
        [
          {
            from: "west",
            to: "east",
            mode: "mixed",
            headless: false,
            selectors: {
              gateway: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
              remoteDiscovery: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
            },
          },
        ],
        ["west", "east"],
      ),
    );
    const [gateway, flat] = routes;
    assert.match(gateway?.obstacle ?? "", /no labels make the Link select/);
    assert.equal(flat?.obstacle, undefined);
    assert.ok(!services.some(({ name }) => name === "gateway"));
  });

  test("pairs up clusters without a Link, where the target exports something", () => {
    const { unlinkedPairs } = planProbes(
      planOf([{ from: "west", to: "east", mode: "gateway", headless: false }]),
    );
    assert.deepEqual(unlinkedPairs, [{ source: "north", target: "east", hosts: ["gateway-east"] }]);
  });

  test("names stay within a DNS label for the longest name of a cluster", () => {
    const long = "a".repeat(32);
    const { routes, services } = planProbes(
      planOf([{ between: ["west", long], mode: "mixed" }], ["west", long]),
    );
    for (const name of [
      ...routes.flatMap(({ host }) => host.split(".")),
      ...services.map(({ name }) => name),
    ]) {
      assert.ok(name.length <= 63, name);
    }
  });
});
