import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { aliasObject, routeObject } from "../../../linkerd/traffic-objects.ts";
import type { Plan, TrafficPlan } from "../../../planning/plan-types.ts";
import { observe, runChecks } from "../../../verification/index.ts";
import { MixedPair, mixedClusters, services } from "./mixed-pair.ts";
import { places, plannedEntry, putServices } from "./traffic-entry.ts";

const web = plannedEntry("demo", { west: 1_000_000, east: 1 });
const routes = "/apis/gateway.networking.k8s.io/v1/namespaces/demo/httproutes";

/** The status by which Linkerd's policy controller says that it follows a route. */
const followed = (...types: string[]) => ({
  parents: [{ conditions: types.map((type) => ({ type, status: "True" })) }],
});

describe("the routes of a topology", () => {
  let pair: MixedPair;
  beforeEach(async () => {
    pair = await MixedPair.start();
    putServices(pair.west, services);
  });
  afterEach(() => pair.stop());

  const put = (further: object = {}) => {
    pair.west.put(routes, { ...routeObject(web), ...further });
  };
  const result = async (traffic: readonly TrafficPlan[] = [web], real = false) => {
    const plan: Plan = { ...mixedClusters, traffic };
    const status = await observe(pair.mesh(plan));
    const clusters = status.clusters.map((one) => ({
      ...one,
      dataPlane: real ? ("real" as const) : one.dataPlane,
    }));
    const all = await runChecks(plan, { ...status, clusters });
    return all.filter(({ check }) => check === "routes-as-planned");
  };
  const problem = async (...args: Parameters<typeof result>) => {
    const [one, ...others] = await result(...args);
    assert.ok(one?.state === "failed" && others.length === 0, JSON.stringify(one));
    return one.problem;
  };

  it("are asked of the cluster that has some, and pass as they are planned", async () => {
    assert.deepEqual(await result([]), []);
    put();
    const [west, ...others] = await result();
    assert.deepEqual([west?.subject, west?.state, others], ["west", "passed", []]);
  });

  it("that are missing or changed fail", async () => {
    assert.equal(await problem(), "demo/web:80: HTTPRoute web.80.traffic is missing");
    put({ spec: { ...routeObject(web).spec, rules: [] } });
    assert.match(await problem(), /HTTPRoute web\.80\.traffic is not as planned/);
    put({ metadata: { name: "web.80.traffic", namespace: "demo" } });
    assert.match(await problem(), /is missing; |HTTPRoute web\.80\.traffic of somebody else/);
  });

  it("wait for their Services, unless they are there already", async () => {
    pair.west.remove(`${services}/web-east`);
    const [waiting] = await result();
    assert.ok(waiting?.state === "not run");
    assert.equal(waiting.reason, "waiting for the Service demo/web-east");
    put();
    assert.match(await problem(), /leads to web-east, which is missing/);
  });

  it("are followed by Linkerd, where there is one that says so", async () => {
    put();
    assert.match(
      await problem([web], true),
      /is not Accepted \(not said yet\).*is not ResolvedRefs/,
    );
    put({
      status: {
        parents: [
          {
            conditions: [
              { type: "Accepted", status: "True" },
              { type: "ResolvedRefs", status: "False", reason: "BackendNotFound" },
            ],
          },
        ],
      },
    });
    assert.match(await problem([web], true), /is not ResolvedRefs \(BackendNotFound\)/);
    put({ status: followed("Accepted", "ResolvedRefs") });
    assert.equal((await result([web], true))[0]?.state, "passed");
  });

  it("are shadowed by a ServiceProfile", async () => {
    put();
    pair.west.put("/apis/linkerd.io/v1alpha2/namespaces/demo/serviceprofiles", {
      metadata: { name: "web.demo.svc.cluster.local" },
    });
    assert.match(await problem(), /the ServiceProfile web\.demo\.svc\.cluster\.local comes before/);
  });

  it("are not the only ones where somebody else has one for the same port", async () => {
    put();
    const parent = { group: "", kind: "Service", name: "web" };
    for (const [name, port] of [
      ["theirs", undefined],
      ["other-port", 8080],
    ] as const) {
      const ref = port === undefined ? parent : { ...parent, port };
      pair.west.put(routes, { metadata: { name }, spec: { parentRefs: [ref] } });
    }
    assert.equal(
      await problem(),
      "demo/web:80: HTTPRoute theirs of somebody else is for the same port",
    );
  });

  it("lead to Services that Linkerd can route to, and break circuits as planned", async () => {
    put();
    pair.west.put(services, { metadata: { name: "web-east" }, spec: { ports: [{ port: 8080 }] } });
    assert.match(await problem(), /Service demo\/web-east has no port 80, only 8080/);
    pair.west.put(services, { metadata: { name: "web-east" } });
    const broken = { ...web, serviceAnnotations: { "balancer.linkerd.io/failure-accrual": "x" } };
    assert.match(await problem([broken]), /the Service web is not as planned/);
  });

  it("of an alias need no local Service besides their own", async () => {
    const reports: TrafficPlan = {
      ...web,
      service: "reports",
      alias: true,
      rules: [{ backends: [{ ...places.remote, weight: 1 }] }],
    };
    pair.west.put(services, aliasObject(reports));
    pair.west.put(routes, routeObject(reports));
    assert.equal((await result([reports]))[0]?.state, "passed");
  });
});
