import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { limits } from "../../../planning/limits.ts";
import { plan } from "../../../planning/plan.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import type { Topology, TrafficSpec } from "../../../planning/topology.ts";
import { planEntry } from "../../../planning/traffic/entry-alone.ts";
import { routingTopology } from "./arbitraries.ts";

/** Checks every plan of valid topologies with `traffic`; at least some of them must have routes. */
function check(property: (found: Plan, topology: Topology) => void): void {
  let routes = 0;
  fc.assert(
    fc.property(routingTopology(), (topology) => {
      const result = plan(topology, { name: "stack" });
      if (!result.ok) assert.fail(JSON.stringify(result.problems));
      routes += result.plan.traffic.length;
      property(result.plan, topology);
    }),
    { numRuns: 80 },
  );
  assert.ok(routes > 80, `only ${routes} routes`);
}

describe("the routes of a valid topology", () => {
  it("name only Services that will exist: the cluster's own, and its planned mirrors", () => {
    check(({ traffic, mirrors }) => {
      for (const { cluster, namespace, service, alias, rules } of traffic) {
        for (const backend of rules.flatMap(({ backends }) => backends)) {
          if (backend.kind === "local") {
            assert.ok(!alias);
            assert.equal(backend.service, service);
            assert.deepEqual(backend.clusters, [cluster]);
            continue;
          }
          const mirror = mirrors.find(
            (one) =>
              one.cluster === cluster &&
              one.namespace === namespace &&
              one.name === backend.service,
          );
          assert.ok(mirror, backend.service);
          assert.equal(mirror.kind, backend.kind);
          assert.deepEqual(
            mirror.of.map((of) => of.cluster),
            backend.clusters,
          );
        }
      }
    });
  });

  it("have weights that the API allows and that come to something, each Service once", () => {
    check(({ traffic }) => {
      for (const { backends } of traffic.flatMap(({ rules }) => rules)) {
        const weights = backends.map(({ weight }) => weight);
        for (const weight of weights) {
          assert.ok(Number.isInteger(weight) && weight >= 0 && weight <= limits.routeWeight);
        }
        assert.ok(weights.some((weight) => weight > 0));
        assert.equal(new Set(backends.map(({ service }) => service)).size, backends.length);
      }
    });
  });

  it("have no two owners, and end with a rule for all requests", () => {
    check(({ traffic }) => {
      const owned = traffic.map(({ cluster, namespace, service, port }) =>
        [cluster, namespace, service, port].join(),
      );
      assert.equal(new Set(owned).size, owned.length);
      for (const { rules } of traffic) {
        const general = rules.flatMap(({ match }, index) => (match === undefined ? [index] : []));
        assert.deepEqual(general, [rules.length - 1]);
      }
    });
  });

  it("are those that the same entry gives without a topology", () => {
    check(({ traffic }, { traffic: entries = [] }) => {
      for (const [index, planned] of traffic.entries()) {
        const { in: cluster, ...entry } = entries[index] as TrafficSpec;
        assert.equal(cluster, planned.cluster);
        const alone = planEntry(entry);
        assert.ok(alone.ok, JSON.stringify(alone));
        const rules = planned.rules.map(({ match, backends }) => ({
          ...(match && { match }),
          backends: backends.map(({ service, weight }) => ({ service, weight })),
        }));
        assert.deepEqual({ cluster, ...alone.route }, { ...planned, rules });
      }
    });
  });
});

describe("an entry without a topology", () => {
  const problemsOf = (entry: object): string[] => {
    const result = planEntry({ service: "web", namespace: "shop", ...entry });
    return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
  };

  for (const [title, entry, ...wanted] of [
    ["a place twice", { failover: ["local", "local"] }, 'args.failover[1]: "local" is named twice'],
    [
      "six places",
      { failover: ["local", "a", "b", "c", "d", "e"] },
      "args.failover: has 6 entries; it must be a list of 2 to 5 places where requests go",
    ],
    [
      "weights that come to nothing",
      { split: { local: 0, east: 0 } },
      "args.split: the weights come to 0, and Linkerd would answer every request with an error",
    ],
    [
      "one place alone",
      { routes: [{ match: { path: "/a" }, to: "local" }, { to: "local" }] },
      "args: all requests for shop/web go to one place",
    ],
    [
      "an alias of itself",
      { alias: "local" },
      'args.alias: "local" is the Service itself, where no alias can be',
    ],
    [
      "several mistakes of its values at once",
      { port: 0, service: "Web", failover: ["local", "east"], retries: 3 },
      "args.port: 0 is not a port, 1 to 65535",
      'args.retries: "retries" is not a key of an entry of traffic',
      'args.service: "Web" is not a DNS-1035 label (lower-case letters, digits, hyphens between them, a letter first) of at most 63 characters',
    ],
  ] as const) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(problemsOf(entry), wanted);
    });
  }
});
