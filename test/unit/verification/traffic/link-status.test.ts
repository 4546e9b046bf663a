import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { connect } from "../../../../kubernetes/connect.ts";
import { forgetInLinks } from "../../../../verification/traffic/link-status.ts";
import { verificationLabel } from "../../../../verification/traffic/names.ts";
import { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";
import { links } from "../../mesh/linked-cluster.ts";

let fake: FakeKubernetes;
beforeEach(async () => {
  fake = await FakeKubernetes.start();
});
afterEach(() => fake.stop());

const entry = (namespace: string) => ({ remoteRef: { name: "headless", namespace } });

test("a Link forgets Services of verifications whose namespaces are gone, and no others", async () => {
  const left = ["demo", "linkerd-topology-verify-gone", "linkerd-topology-verify-running"];
  const link = {
    metadata: { name: "east", resourceVersion: "7" },
    status: { mirrorServices: left.map(entry), federatedServices: null },
  };
  fake.put(links, link);
  const name = "linkerd-topology-verify-running";
  fake.put("/api/v1/namespaces", {
    metadata: { name, labels: { [verificationLabel]: "running" } },
  });
  const patches: unknown[] = [];
  fake.onRequest = (method, path) => {
    if (method !== "PATCH") return;
    patches.push(path);
    // What the fake stores by paths, an API server stores as one object.
    fake.put(`${links}/east`, { ...link, metadata: { ...link.metadata, name: "status" } });
  };
  await forgetInLinks(await connect({ kubeconfig: fake.kubeconfig }));
  assert.deepEqual(patches, [`${links}/east/status`]);
  const { status } = fake.get(`${links}/east/status`) as unknown as typeof link;
  assert.deepEqual(status.mirrorServices, [entry("demo"), entry(name)]);
  assert.equal(status.federatedServices, null);
});

test("a cluster without Links, and one whose Links say nothing of verifications, stay as they are", async () => {
  const api = await connect({ kubeconfig: fake.kubeconfig });
  await forgetInLinks(api);
  fake.put(links, { metadata: { name: "east" }, status: { mirrorServices: [entry("demo")] } });
  await forgetInLinks(api);
  assert.ok(!fake.requests.some((request) => request.startsWith("PATCH")));
});
