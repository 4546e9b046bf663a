import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Plan } from "../../../planning/plan-types.ts";
import { ailmentsOf } from "../../../verification/ailments.ts";
import { observe, runChecks } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { twoClusters } from "./planned.ts";
import { deployments, metricsPath, runningCluster } from "./running.ts";

const revoked: Plan = {
  ...twoClusters,
  links: twoClusters.links.map((link) =>
    link.source === "west" ? { ...link, access: { ...link.access, revoked: true } } : link,
  ),
};

describe("a Link whose account is revoked", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    west = await runningCluster({ name: "west", target: "east", octet: 10 });
    east = await runningCluster({ name: "east", target: "west", octet: 20 });
  });
  afterEach(async () => {
    await Promise.all([west.stop(), east.stop()]);
  });

  const look = () =>
    observe({
      plan: revoked,
      clusters: [
        { name: "west", kubeconfig: west.kubeconfig },
        { name: "east", kubeconfig: east.kubeconfig },
      ],
    });
  const ofLink = async () =>
    (await runChecks(revoked, await look())).filter(({ subject }) => subject === "west → east");

  it("is asked for one thing: that the target lets nobody in", async () => {
    const [result, ...others] = await ofLink();
    assert.deepEqual(others, []);
    assert.equal(result?.check, "access-revoked");
    // The double still holds the target's Services.
    assert.ok(result.state === "failed");
    assert.match(
      result.problem,
      /^the service mirror's pod controller-east-5d8f-abcde of west still hold/,
    );
  });

  it("is as it should be when its service mirror holds nothing; nothing is cured there", async () => {
    west.answers.set(metricsPath("east"), ok('service_cache_size{cluster="east"} 0\n'));
    const [result] = await ofLink();
    assert.equal(result?.state, "passed", JSON.stringify(result));
    assert.deepEqual(
      ailmentsOf(revoked, await look()).filter(({ cluster }) => cluster === "west"),
      [],
    );
  });

  it("has a service mirror that ends and is begun again: the source is as planned all the same", async () => {
    const path = `${deployments("linkerd-multicluster")}/controller-east`;
    const ready = async () =>
      (await runChecks(revoked, await look())).find(
        ({ check, subject }) => check === "multicluster-ready" && subject === "west",
      )?.state;
    const deployment = west.get(path);
    assert.ok(deployment);
    const status = { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 0 };
    west.put(path.slice(0, path.lastIndexOf("/")), { ...deployment, status });
    assert.equal(await ready(), "passed");
    west.remove(path);
    assert.equal(await ready(), "failed");
  });

  it("says nothing of the other direction, which is asked for everything as before", async () => {
    const results = await runChecks(revoked, await look());
    const other = results.filter(({ subject }) => subject === "east → west");
    assert.ok(other.length >= 3);
    assert.ok(!other.some(({ check }) => check === "access-revoked"));
  });
});
