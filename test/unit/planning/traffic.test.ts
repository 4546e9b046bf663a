import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { planOrThrow } from "../../../planning/plan.ts";
import type { ExportSpec, TrafficSpec } from "../../../planning/topology.ts";
import { failoverWeights } from "../../../planning/traffic/failover-weights.ts";

const everywhere = ["west", "east", "far"];

function planned(
  traffic: Omit<TrafficSpec, "service" | "namespace">,
  exports: Partial<ExportSpec> = { from: everywhere },
) {
  const service = { service: "web", namespace: "shop" };
  return planOrThrow(
    {
      clusters: everywhere.map((name) => ({ name, network: "lab" })),
      links: [{ between: everywhere }],
      exports: [{ ...service, from: everywhere, ...exports }],
      traffic: [{ ...service, ...traffic }],
    },
    { name: "lab" },
  ).traffic;
}

/** `west: web 90 + web-east 10; all` */
function routes(...args: Parameters<typeof planned>): string[] {
  return planned(...args).map(({ cluster, rules }) => {
    const said = rules.map(({ match, backends }) => {
      const where = backends.map(({ service, weight }) => `${service} ${weight}`).join(" + ");
      return match === undefined ? where : `${JSON.stringify(match)} → ${where}`;
    });
    return `${cluster}: ${said.join("; ")}`;
  });
}

describe("traffic", () => {
  it("fails over in the order of the places, in every cluster, whose own name is the local Service", () => {
    assert.deepEqual(routes({ failover: ["local", "east", "far"] }), [
      "west: web 1000000 + web-east 1000 + web-far 1",
      "east: web 1000000 + web-far 1",
      "far: web 1000000 + web-east 1",
    ]);
  });

  it("is split by weights, those of one place together", () => {
    assert.deepEqual(routes({ split: { local: 80, east: 20, west: 1 } }), [
      "west: web 81 + web-east 20",
      "east: web 100 + web-west 1",
      "far: web 80 + web-east 20 + web-west 1",
    ]);
  });

  it("follows conditions, and what no route is for", () => {
    const match = { headers: { "x-tenant": "acme" } };
    assert.deepEqual(
      routes({ in: "west", routes: [{ match, to: "far" }, { failover: ["local", "east"] }] }),
      [`west: ${JSON.stringify(match)} → web-far 1; web 1000000 + web-east 1`],
    );
  });

  it("asks again what fails where it fails over, unless it is told otherwise", () => {
    const [first] = planned({ in: "west", failover: ["local", "far"], timeout: "10s" });
    assert.deepEqual(first?.annotations, {
      "retry.linkerd.io/http": "5xx",
      "retry.linkerd.io/limit": "3",
      "retry.linkerd.io/timeout": "3s",
      "timeout.linkerd.io/request": "10s",
    });
    const never = planned({ in: "west", failover: ["local", "far"], retry: { limit: 0 } });
    assert.deepEqual(never[0]?.annotations, {});
    const grpc = planned({
      in: "west",
      protocol: "grpc",
      split: { local: 1, far: 1 },
      retry: { limit: 2, timeout: "1s" },
    });
    assert.deepEqual(grpc[0]?.annotations, {
      "retry.linkerd.io/grpc": "unavailable",
      "retry.linkerd.io/limit": "2",
      "retry.linkerd.io/timeout": "1s",
    });
  });

  it("breaks circuits where it fails over or is told to, by what is written and the defaults", () => {
    const annotations = (entry: Partial<TrafficSpec>) =>
      planned({ in: "west", ...entry })[0]?.serviceAnnotations;
    const failover = ["local", "far"];
    const split = { local: 1, far: 1 };
    const some = { maxFailures: 3, maxPenalty: "20s", jitterRatio: 0 };
    const prefix = "balancer.linkerd.io/failure-accrual";
    const written = (...[failures, least, most, jitter]: readonly string[]) => ({
      [prefix]: "consecutive",
      [`${prefix}-consecutive-max-failures`]: failures,
      [`${prefix}-consecutive-min-penalty`]: least,
      [`${prefix}-consecutive-max-penalty`]: most,
      [`${prefix}-consecutive-jitter-ratio`]: jitter,
    });
    const byDefault = written("7", "1s", "10s", "0.5");
    assert.deepEqual(annotations({ failover }), byDefault);
    assert.deepEqual(annotations({ split, circuitBreaking: {} }), byDefault);
    assert.deepEqual(
      annotations({ failover, circuitBreaking: some }),
      written("3", "1s", "20s", "0"),
    );
    assert.deepEqual(annotations({ split }), {});
    assert.deepEqual(annotations({ failover, circuitBreaking: { enabled: false } }), {});
  });

  it("gives a Service of another cluster its plain name in all others", () => {
    assert.deepEqual(
      planned({ alias: "east" }, { from: "east" }).map(({ cluster, alias, rules }) => [
        cluster,
        alias,
        rules[0]?.backends[0]?.service,
      ]),
      [
        ["west", true, "web-east"],
        ["far", true, "web-east"],
      ],
    );
  });

  it("goes to the federated Service with the pods of all clusters", () => {
    const [west] = planned({ in: "west", split: { local: 1, federated: 1 } }, { as: "federated" });
    assert.deepEqual(west?.rules[0]?.backends, [
      { kind: "local", service: "web", clusters: ["west"], weight: 1 },
      { kind: "federated", service: "web-federated", clusters: everywhere, weight: 1 },
    ]);
  });
});

describe("weights of a failover", () => {
  it("fall by one factor, from the largest that the API allows to 1", () => {
    assert.deepEqual([1, 2, 3, 4, 5].map(failoverWeights), [
      [1],
      [1_000_000, 1],
      [1_000_000, 1000, 1],
      [1_000_000, 10_000, 100, 1],
      [1_000_000, 31_623, 1000, 32, 1],
    ]);
  });

  it("leave at most one request in 31 to the next place, whichever are out", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.nat(4), (steps, out) => {
        const left = failoverWeights(steps).slice(Math.min(out, steps - 1));
        const all = left.reduce((sum, weight) => sum + weight, 0);
        return (left[0] ?? 0) / all >= 30 / 31;
      }),
    );
  });
});
