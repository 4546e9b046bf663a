import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { ExistingCluster } from "../../components/existing-cluster.ts";
import { Topology } from "../../components/topology.ts";
import { Alias, Failover, RouteTo, Split } from "../../components/traffic-entries.ts";
import type { TrafficSpec } from "../../planning/topology.ts";
import { memberName, sources, temporaryDirectory, writeTemporary } from "./fixtures.ts";
import { find, register, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const type = "linkerd-topology:index:TrafficRoute";
const web = { service: "web", namespace: "shop" };
const failover: TrafficSpec = { ...web, failover: ["local", "east", "far"], timeout: "10s" };
const match = { headers: { "x-tenant": "acme" } };

const topology = {
  clusters: ["west", "east", "far"].map((name) => ({ name })),
  links: [{ from: "west", to: ["east", "far"] }],
  exports: [{ ...web, from: ["east", "far"] }],
  traffic: [{ ...failover, in: "west" }],
};

/** The routes that a program makes beside a topology, and the topology's own. */
async function registered(
  program: (lab: Topology) => unknown,
  { traffic = topology.traffic } = {},
): Promise<Registration[]> {
  return register(() =>
    program(new Topology("lab", { topology: { ...topology, traffic }, sources })),
  );
}

function westOf(lab: Topology) {
  const { west } = lab.clusters;
  assert.ok(west !== undefined);
  return west;
}

void describe("a route that a program makes", async () => {
  const all = await registered(
    (lab) => {
      const cluster = westOf(lab);
      new Failover("web", { cluster, ...web, failover: ["local", "east", "far"], timeout: "10s" });
      new Split("checkout", {
        ...{ cluster, namespace: "shop", service: "checkout", port: 8080, protocol: "grpc" },
        split: { local: 90, east: 10 },
        circuitBreaking: { maxFailures: 3 },
      });
      new RouteTo("api", {
        ...{ cluster, namespace: "shop", service: "api", exported: { far: "labelled" } },
        routes: [{ match, to: "far" }, { failover: ["local", "federated"] }],
      });
      new Alias("reports", { cluster, namespace: "shop", service: "reports", alias: "east" });
    },
    { traffic: [] },
  );
  const inputsOf = (name: string) => find(all, type, name).inputs;

  void it("is what the same entry makes in a topology", async () => {
    const own = await registered(() => undefined);
    const planned = find(own, type, `${memberName(own, "west")}-traffic-shop.web.80`).inputs;
    assert.deepEqual({ ...inputsOf("web"), exported: planned["exported"] }, planned);
    const { rules, annotations } = inputsOf("web");
    assert.deepEqual(rules, [
      {
        backends: [
          { service: "web", weight: 1_000_000 },
          { service: "web-east", weight: 1_000 },
          { service: "web-far", weight: 1 },
        ],
      },
    ]);
    assert.deepEqual(annotations, {
      "retry.linkerd.io/http": "5xx",
      "retry.linkerd.io/limit": "3",
      "retry.linkerd.io/timeout": "3s",
      "timeout.linkerd.io/request": "10s",
    });
  });

  void it("is gone with its cluster, like everything in it", () => {
    assert.equal(
      find(all, type, "web").deletedWith,
      `kind:index:Cluster::${memberName(all, "west")}`,
    );
  });

  void it("splits, breaks circuits, follows conditions and gives names", () => {
    assert.partialDeepStrictEqual(inputsOf("checkout"), {
      port: 8080,
      protocol: "grpc",
      serviceAnnotations: {
        "balancer.linkerd.io/failure-accrual-consecutive-max-failures": "3",
      },
      rules: [
        {
          backends: [
            { service: "checkout", weight: 90 },
            { service: "checkout-east", weight: 10 },
          ],
        },
      ],
    });
    assert.partialDeepStrictEqual(inputsOf("api"), {
      exported: { far: "labelled" },
      rules: [
        { match, backends: [{ service: "api-far", weight: 1 }] },
        {
          backends: [
            { service: "api", weight: 1_000_000 },
            { service: "api-federated", weight: 1 },
          ],
        },
      ],
    });
    assert.partialDeepStrictEqual(inputsOf("reports"), {
      alias: true,
      rules: [{ backends: [{ service: "reports-east", weight: 1 }] }],
    });
  });

  void it("is refused with everything that is wrong with it, and nothing is registered for it", async () => {
    const others = await registered((lab) => {
      const cluster = westOf(lab);
      assert.throws(
        () =>
          new Split("web", { cluster, ...web, split: { local: 0, east: 0 }, retry: { when: "x" } }),
        /^Error: the route web can't be planned:\n {2}args\.retry\.when: "x" is no condition.*\n {2}args\.split: the weights come to 0/,
      );
    });
    assert.deepEqual(
      others.filter((one) => one.type === type).map(({ name }) => name),
      [`${memberName(others, "west")}-traffic-shop.web.80`],
    );
  });
});

void it("two routes for one port of a Service are refused, also if one is the topology's", async () => {
  const all = await registered((lab) => {
    const cluster = westOf(lab);
    assert.throws(
      () => new Split("again", { cluster, ...web, split: { local: 1, east: 1 } }),
      /^Error: the route again: the route of shop\/web, port 80 belongs to the route lab-west-[0-9a-f]+-traffic-shop\.web\.80 already/,
    );
    new Split("another-port", { cluster, ...web, port: 81, split: { local: 1, east: 1 } });
  });
  const names = all.filter((one) => one.type === type).map(({ name }) => name);
  assert.equal(names.length, 2);
  assert.ok(names.includes("another-port"));
});

void it("a route in a cluster that exists compares its identity, and is deleted properly", async () => {
  const kubeconfigPath = writeTemporary(
    "staging.kubeconfig",
    JSON.stringify({
      "current-context": "admin",
      contexts: [{ name: "admin", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c" }],
      users: [{ name: "u" }],
    }),
  );
  const all = await register(() => {
    const cluster = new ExistingCluster("staging", { kubeconfig: kubeconfigPath });
    new Failover("web", { cluster, ...web, failover: ["local", "east"] });
  });
  const { inputs, deletedWith } = find(all, type, "web");
  assert.equal(inputs["clusterUid"], "uid of staging");
  assert.equal(inputs["kubeconfigPath"], kubeconfigPath);
  assert.equal(deletedWith, undefined);
});
