import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { Condition, Metadata } from "../../../kubernetes/objects.ts";
import { deploymentPath } from "../../../linkerd/names.ts";
import { routeObject, routePath } from "../../../linkerd/traffic-objects.ts";
import type { TrafficSpec } from "../../../planning/topology.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { ConstantTraffic, createSteady } from "../constant-traffic.ts";
import { eventually } from "../environment.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { mixedLinks, northApart, threeClusters } from "../three-clusters.ts";
import { client } from "../traffic-ways.ts";
import { createNamespace, createService, isMissing, namespace, readyPods } from "../workload.ts";

const web = { service: "web", namespace };

/** West's clients go to west, then to east on their network, then through north's gateway. */
const ordered: TrafficSpec = { ...web, in: "west", failover: ["local", "east", "north"] };

const topology = (shared: SharedClusters, traffic: readonly TrafficSpec[]) => ({
  clusters: threeClusters(shared, northApart),
  links: mixedLinks,
  exports: [
    { ...web, from: "east", as: "remote-discovery" as const },
    { ...web, from: "north" },
  ],
  traffic,
});

export const failover: Scenario = {
  name: "failover",
  title: "requests go to the first place that has ready pods",
  topology: (shared) => topology(shared, [ordered]),
  workloads: async (shared) => {
    for (const cluster of ["west", "east", "north"]) {
      const api = shared.api(cluster);
      await createNamespace(api);
      await createService(api);
      await createSteady(api, "web", cluster);
    }
    await createSteady(shared.api("west"), client, "west");
  },
  tests,
};

interface Route {
  readonly metadata: Metadata;
  readonly spec: unknown;
  readonly status?: {
    readonly parents?: readonly { readonly conditions: readonly Condition[] }[];
  };
}

function tests(shared: SharedClusters): void {
  let west: KubernetesApi;
  let traffic: ConstantTraffic | undefined;

  before(() => {
    west = shared.api("west");
  });
  after(async () => {
    await traffic?.end();
  });

  const planned = () => {
    const [first, ...others] = shared.entered.plan.traffic;
    assert.ok(first !== undefined && others.length === 0);
    return first;
  };

  const scale = (cluster: string, replicas: number) =>
    shared.api(cluster).patch(deploymentPath(namespace, "web"), { spec: { replicas } });

  test("the route is there as planned, and is west's alone", async () => {
    const wanted = routeObject(planned());
    const { metadata, spec } = await west.get<Route>(routePath(planned()));
    assert.deepEqual(metadata.labels, wanted.metadata.labels);
    assert.deepEqual(metadata.annotations, wanted.metadata.annotations);
    assert.partialDeepStrictEqual(spec, wanted.spec);
    for (const other of ["east", "north"]) {
      assert.ok(await isMissing(shared.api(other), routePath(planned())));
    }
  });

  test("Linkerd accepts it, and finds every place where requests go", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(
        `${shared.withoutDataPlane}: a stand-in for the policy controller tells nothing`,
      );
      return;
    }
    await eventually("an accepted route", timeLimits.mirrorFollows, async () => {
      const { status } = await west.get<Route>(routePath(planned()));
      const told = status?.parents?.flatMap(({ conditions }) => conditions) ?? [];
      const good = told.filter((one) => one.status === "True").map(({ type }) => type);
      return good.includes("Accepted") && good.includes("ResolvedRefs") ? true : undefined;
    });
  });

  test("places whose pods go away, one after the other, lose no request", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    for (const cluster of ["west", "east", "north"]) await readyPods(shared.api(cluster), "web", 1);
    traffic = new ConstantTraffic(west, client, `http://web.${namespace}`, 10);
    await traffic.answered();
    for (const [taken, replicas, next] of [
      [undefined, 1, "west"],
      ["west", 0, "east"],
      ["east", 0, "north"],
      ["east", 1, "east"],
      ["west", 1, "west"],
    ] as const) {
      if (taken !== undefined) await scale(taken, replicas);
      await eventually(`answers of ${next} alone`, timeLimits.firstRequest, async () => {
        const seen = traffic?.recent(20) ?? [];
        await sleep(500);
        return seen.length === 20 && seen.every((one) => one === next) ? true : undefined;
      });
      const { requests, failures, clusters } = traffic.summary();
      context.diagnostic(
        `${taken ?? "nobody"} ${replicas}: ${requests} requests, ${failures.length} failed, ` +
          JSON.stringify(Object.fromEntries(clusters)),
      );
      traffic.reset();
      assert.deepEqual(failures, [], `after ${taken ?? "nothing"} was scaled to ${replicas}`);
    }
  });

  test("a further up changes nothing", async () => {
    const { changes } = await shared.environment.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  test("an entry that is changed and taken out takes the route along", async () => {
    await shared.environment.change(
      topology(shared, [{ ...web, in: "west", split: { local: 9, east: 1 } }]),
    );
    await shared.environment.up();
    const { spec } = await west.get<Route>(routePath(planned()));
    assert.partialDeepStrictEqual(spec, {
      rules: [
        {
          backendRefs: [
            { name: "web", weight: 9 },
            { name: "web-east", weight: 1 },
          ],
        },
      ],
    });
    await shared.environment.change(topology(shared, []));
    await shared.environment.up();
    assert.ok(await isMissing(west, routePath(planned())));
  });
}
