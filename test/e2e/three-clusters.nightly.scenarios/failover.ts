import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { drillLabel } from "../../../environments/drills/asker.ts";
import { drill } from "../../../environments/drills/drill.ts";
import { readJournal } from "../../../environments/drills/journal.ts";
import { verifyStack } from "../../../environments/verify.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { Condition, List, Metadata } from "../../../kubernetes/objects.ts";
import { corePath, deploymentPath } from "../../../linkerd/names.ts";
import { multiclusterNamespace } from "../../../planning/names.ts";
import { routeObject, routePath } from "../../../linkerd/traffic-objects.ts";
import type { TrafficSpec } from "../../../planning/topology.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { ConstantTraffic, createSteady } from "../constant-traffic.ts";
import { eventually } from "../environment.ts";
import { testLinkerdChecks } from "../linkerd-checks.ts";
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

  const replicasOf = async (cluster: string, of: string, name: string): Promise<number> => {
    const { spec } = await shared
      .api(cluster)
      .get<{ spec: { replicas: number } }>(deploymentPath(of, name));
    return spec.replicas;
  };

  /** Neither a pod that asks nor a journal is left. */
  const assertNoDrill = async (): Promise<void> => {
    const { env, stack } = shared.environment;
    assert.equal(await readJournal(stack.name, env), undefined);
    await eventually("the end of the pods that asked", timeLimits.probesRemoved, async () => {
      const { items } = await west.get<List<unknown>>(corePath(namespace, "pods"), {
        labelSelector: drillLabel,
      });
      return items.length === 0 ? true : undefined;
    });
  };

  const scale = (cluster: string, replicas: number) =>
    shared.api(cluster).patch(deploymentPath(namespace, "web"), { spec: { replicas } });

  testLinkerdChecks(() => shared);

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

  test("a verification takes its own servers away, and requests move", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const { results } = await verifyStack({
      ...shared.environment.request(),
      drill: true,
      rights: false,
    });
    for (const id of ["route-traffic", "route-drill"]) {
      const [found, ...others] = results.filter(({ check }) => check === id);
      assert.ok(found?.state === "passed" && others.length === 0, JSON.stringify(found));
      context.diagnostic(`${id}: ${found.detail ?? ""}`);
    }
  });

  test("a drill takes pods and a gateway away, and puts them back", async (context) => {
    const { asked, noticed, healed } = await drill({
      ...shared.environment.request(),
      output: { terminal: false, write: (text) => process.stderr.write(text) },
      take: [`pods:west/${namespace}/web`, "gateway:north"],
      ask: { urls: ["http://web"], from: `west/${namespace}/deploy/${client}` },
      before: 3_000,
      hold: 15_000,
    });
    const [summary] = asked.map((one) => one.summary);
    assert.ok(summary !== undefined && asked.length === 1);
    context.diagnostic(JSON.stringify(summary));
    assert.deepEqual(Object.keys(summary.before.clusters), ["west"]);
    assert.equal(summary.before.failed, 0);
    assert.ok(summary.before.requests > 20);
    // Without a data plane nobody sends requests elsewhere.
    if (shared.withoutDataPlane === undefined) assert.ok("east" in summary.during.clusters);
    else assert.ok(summary.during.failed > 0);
    assert.ok(summary.back !== undefined && healed !== undefined);
    assert.match(noticed?.what.join("; ") ?? "", /linkerd-gateway/);
    assert.equal(await replicasOf("west", namespace, "web"), 1);
    assert.equal(await replicasOf("north", multiclusterNamespace, "linkerd-gateway"), 1);
    await assertNoDrill();
  });

  test("what a drill took that is killed, the next command puts back", async () => {
    const { env, stack } = shared.environment;
    const main = path.resolve(import.meta.dirname, "../../../environments/main.ts");
    const subject = `pods:west/${namespace}/web`;
    const options = ["--ask", "http://web", "--from", `west/${namespace}/deploy/${client}`];
    const child = execa(
      process.execPath,
      [main, "drill", stack.file, "--take", subject, ...options, "--for", "5m"],
      { env, reject: false },
    );
    try {
      await eventually("pods that are away", timeLimits.probesReady, async () =>
        (await replicasOf("west", namespace, "web")) === 0 ? true : undefined,
      );
    } finally {
      child.kill("SIGKILL");
    }
    await child;
    assert.equal(await replicasOf("west", namespace, "web"), 0);
    await shared.environment.status();
    assert.equal(await replicasOf("west", namespace, "web"), 1);
    await assertNoDrill();
    await readyPods(west, "web", 1);
  });

  test("an entry that is changed changes its route alone, and taken out takes it along", async () => {
    await shared.environment.change(
      topology(shared, [{ ...web, in: "west", split: { local: 9, east: 1 } }]),
    );
    const { changes } = await shared.environment.up();
    const { same = 0, ...others } = changes;
    assert.ok(same > 0);
    assert.deepEqual(others, { update: 1 });
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
