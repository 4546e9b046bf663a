import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { KindClusterPlan, Plan } from "../../../planning/plan-types.ts";
import { routeLine } from "../../../planning/links/pod-routes.ts";
import { failuresOf, observe, runChecks } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { twoClusters } from "./planned.ts";
import { runningCluster } from "./running.ts";

/** The two clusters on one network, with mixed Links. */
const plan: Plan = {
  ...twoClusters,
  clusters: twoClusters.clusters.map((cluster) => ({
    ...(cluster as KindClusterPlan),
    network: "lab",
    routePeers: cluster.targets,
  })),
  links: twoClusters.links.map((link) => ({ ...link, mode: "mixed" })),
};

const daemonSets = "/apis/apps/v1/namespaces/kube-system/daemonsets";
const toEast = routeLine("10.20.0.0/21", "two-east-control-plane", "10.20.0.0/24");
const toWest = routeLine("10.10.0.0/21", "two-west-control-plane", "10.10.0.0/24");

interface Counts {
  readonly ready?: number;
  readonly updated?: number;
  readonly observed?: number;
}

function putRoutes(fake: FakeKubernetes, peers: string, counts: Counts = {}): void {
  const { ready = 1, updated = 1, observed = 2 } = counts;
  fake.put(daemonSets, {
    metadata: { name: "linkerd-topology-pod-routes", generation: 2 },
    spec: {
      template: { spec: { containers: [{ name: "x", env: [{ name: "PEERS", value: peers }] }] } },
    },
    status: {
      observedGeneration: observed,
      desiredNumberScheduled: 1,
      updatedNumberScheduled: updated,
      numberReady: ready,
    },
  });
}

describe("the checks of pod routes", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    west = await runningCluster({ name: "west", target: "east", octet: 10 });
    east = await runningCluster({ name: "east", target: "west", octet: 20 });
    putRoutes(west, toEast);
    putRoutes(east, toWest);
  });
  afterEach(async () => {
    await Promise.all([west.stop(), east.stop()]);
  });

  const check = async (of = plan) =>
    (
      await runChecks(
        of,
        await observe({
          plan: of,
          clusters: [
            { name: "west", kubeconfig: west.kubeconfig },
            { name: "east", kubeconfig: east.kubeconfig },
          ],
        }),
      )
    ).filter((result) => result.check.startsWith("pod-routes"));
  const problems = async () =>
    failuresOf(await check()).map(({ subject, problem }) => `${subject}: ${problem}`);

  it("pass where the routes are in place and lead to the nodes that there are", async () => {
    const results = await check();
    assert.deepEqual(
      results.map(({ subject, state }) => `${subject} ${state}`),
      ["west passed", "east passed", "west → east passed", "east → west passed"],
    );
  });

  it("are not asked of clusters that have their networks to themselves", async () => {
    // Gateway Links don't need pod routes, whatever the state of the DaemonSet.
    assert.deepEqual(await check(twoClusters), []);
  });

  it("name a cluster whose routes are in place on some nodes only", async () => {
    putRoutes(east, toWest, { ready: 0 });
    assert.deepEqual(await problems(), ["east: in place on 0 of 1 nodes"]);
  });

  it("do not count nodes that still have an earlier change", async () => {
    putRoutes(east, toWest, { updated: 0 });
    assert.deepEqual(await problems(), ["east: in place on 0 of 1 nodes"]);
    putRoutes(east, toWest, { observed: 1 });
    assert.deepEqual(await problems(), ["east: in place on 0 of 1 nodes"]);
  });

  it("name a cluster in which nothing keeps routes", async () => {
    east.remove(`${daemonSets}/linkerd-topology-pod-routes`);
    assert.deepEqual(await problems(), [
      "east: there is no DaemonSet kube-system/linkerd-topology-pod-routes, which maintains the routes",
    ]);
  });

  it("name a node of the other end to which no route leads, for both Links", async () => {
    putRoutes(west, routeLine("10.20.0.0/21", "two-east-control-plane", "10.20.7.0/24"));
    const problem = "west has no route to 10.20.0.0/24 on two-east-control-plane";
    assert.deepEqual(await problems(), [`west → east: ${problem}`, `east → west: ${problem}`]);
  });
});
