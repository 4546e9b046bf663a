import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { federatedReady } from "../../../providers/mesh/federated-ready.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { revealAll, Secret } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:FederatedReady::federated-demo-web";
const services = "/api/v1/namespaces/demo/services";
const labels = { "mirror.linkerd.io/federated": "member" };
const local = "multicluster.linkerd.io/local-discovery";
const remote = "multicluster.linkerd.io/remote-discovery";

describe("a federated Service", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    west = await FakeKubernetes.start();
    east = await FakeKubernetes.start();
    for (const [fake, other] of [
      [west, "east"],
      [east, "west"],
    ] as const) {
      fake.put("/api/v1/namespaces", { metadata: { name: "demo" } });
      fake.put(services, { metadata: { name: "web", labels } });
      view(fake, { [local]: "web", [remote]: `web@${other}` });
    }
  });
  afterEach(async () => {
    await Promise.all([west.stop(), east.stop()]);
  });

  const view = (fake: FakeKubernetes, annotations: Record<string, string>) => {
    fake.put(services, { metadata: { name: "web-federated", annotations } });
  };
  const inputs = (): PropertyMap => ({
    namespace: "demo",
    service: "web",
    views: { west: "west,east", east: "west,east" },
    kubeconfigs: { west: west.kubeconfig, east: east.kubeconfig },
    triggers: [],
  });
  const create = async (context = testContext().context) =>
    (await federatedReady.create({ urn, inputs: inputs() }, context)).outputs;
  const diff = async (oldOutputs: PropertyMap) =>
    (await federatedReady.diff({ id: "x", urn, oldInputs: {}, oldOutputs, newInputs: {} })).changes;
  const patches = (fake: FakeKubernetes) =>
    fake.requests.filter((request) => request.startsWith("PATCH"));

  it("with all its members everywhere is touched nowhere", async () => {
    const outputs = await create();
    assert.equal(outputs["state"], "complete");
    assert.deepEqual(await diff(outputs), {});
    assert.deepEqual([...patches(west), ...patches(east)], []);
  });

  it("that lacks a member for seconds has that one touched, and nothing is left of it", async () => {
    view(west, { [local]: "web" });
    east.onRequest = (method) => {
      if (method === "PATCH") view(west, { [local]: "web", [remote]: "web@north,web@east" });
    };
    const { context, said } = testContext();
    assert.equal((await create(context))["state"], "complete");
    assert.deepEqual(said, ["west: demo/web-federated lacks the member of east"]);
    assert.deepEqual(patches(east), Array(2).fill(`PATCH ${services}/web`));
    assert.deepEqual(patches(west), []);
    assert.deepEqual(east.get(`${services}/web`)?.metadata.annotations, {});
  });

  it("has no member that does not bear the label yet", async () => {
    east.put(services, { metadata: { name: "web" } });
    view(west, { [local]: "web" });
    assert.equal((await create())["state"], "waiting for the Service demo/web in east");
  });

  it("is not waited for where a member's Service or a namespace isn't there yet", async () => {
    east.remove(`${services}/web`);
    view(west, { [local]: "web" });
    east.remove(`${services}/web-federated`);
    east.remove("/api/v1/namespaces/demo");
    const outputs = await create();
    assert.equal(
      outputs["state"],
      "waiting for the Service demo/web in east; waiting for the namespace demo in east",
    );
    assert.deepEqual(await diff(outputs), { state: { kind: "update" } });
  });

  it("that lost a member is drift", async () => {
    const request = { id: "demo/web", urn, inputs: inputs(), outputs: revealAll(await create()) };
    view(east, { [local]: "web" });
    const found = await federatedReady.read(request, testContext().context);
    assert.equal(found?.outputs["state"], "east: demo/web-federated lacks the member of west");
    await east.stop();
    const silent = await federatedReady.read(request, testContext().context);
    assert.equal(silent?.outputs["state"], "a cluster does not answer");
  });

  it("keeps kubeconfigs that came as texts a secret", async () => {
    const outputs = await create();
    assert.ok(outputs["kubeconfigs"] instanceof Secret);
    assert.ok(!JSON.stringify(outputs).includes("hunter2"));
  });
});
