import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { Service } from "../../../kubernetes/objects.ts";
import type { TestEnvironment } from "../environment.ts";
import { appears, changesOf, createExported, disappears, flat, web } from "../exported-services.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";
import { createNamespace, servicePath } from "../workload.ts";

const exported = { exports: [web, flat] };
const mirrors = ["web-east", "flat-east"];

export const recreated: Scenario = {
  name: "recreated",
  title: "a cluster that exports is recreated",
  topology: (shared) => ({ ...baseTopology(shared), ...exported }),
  workloads: async (shared) => {
    await Promise.all([shared.api("west"), shared.api("east")].map(createNamespace));
    await createServices(shared.api("east"));
  },
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let west: KubernetesApi;

  before(async () => {
    environment = shared.environment;
    west = shared.api("west");
    for (const mirror of mirrors) await appears(west, mirror);
  });

  test("with its Links, in one up; its exports follow in the next", async () => {
    shared.eastSubnet = { podSubnet: "10.250.0.0/21" };
    const before = await west.get<Service>("/api/v1/namespaces/kube-system");
    await environment.change({ ...baseTopology(shared), ...exported });
    const result = await environment.up();
    assert.ok(result.proof.proved);
    const touched = changesOf(result, environment.stack.name).filter((one) => / west/.test(one));
    assert.deepEqual(
      touched.filter((one) => !/ west-(to-east|pod-routes)/.test(one)),
      [],
      "in west nothing changes but the Link",
    );
    assert.equal(
      (await west.get<Service>("/api/v1/namespaces/kube-system")).metadata.uid,
      before.metadata.uid,
    );
    // The mirrors stood for Services of the cluster that was.
    const east = await shared.reconnect("east");
    for (const mirror of mirrors) await disappears(west, servicePath(mirror));
    await createNamespace(east);
    await createServices(east);
    assert.deepEqual(changesOf(await environment.up(), environment.stack.name), [
      "update ServiceExport east-export-e2e.flat",
      "update ServiceExport east-export-e2e.web",
    ]);
    for (const mirror of mirrors) await appears(west, mirror);
  });
}

async function createServices(east: KubernetesApi): Promise<void> {
  await Promise.all([createExported(east, "web"), createExported(east, "flat")]);
}
