import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { serviceExport } from "../../../providers/mesh/service-export.ts";
import { type PropertyMap, revealAll } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:ServiceExport::east-export-demo-web";
const services = "/api/v1/namespaces/demo/services";
const key = "mirror.linkerd.io/exported";

describe("an exported Service", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    fake.put(services, { metadata: { name: "web", labels: { app: "web" } } });
  });
  afterEach(() => fake.stop());

  const inputs = (labels: Record<string, string> = { [key]: "true" }): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    namespace: "demo",
    service: "web",
    labels,
  });
  const create = async () =>
    revealAll(
      (await serviceExport.create({ urn, inputs: inputs() }, testContext().context)).outputs,
    );
  const update = (news: PropertyMap, olds: PropertyMap) =>
    serviceExport.update(
      { id: "demo/web", urn, oldInputs: inputs(), oldOutputs: olds, newInputs: news },
      testContext().context,
    );
  const read = async (outputs: PropertyMap) =>
    serviceExport.read({ id: "demo/web", urn, inputs: inputs(), outputs }, testContext().context);
  const diff = async (oldOutputs: PropertyMap, newInputs = inputs()) =>
    (await serviceExport.diff({ id: "x", urn, oldInputs: inputs(), oldOutputs, newInputs }))
      .changes;
  const labels = () => fake.get(`${services}/web`)?.metadata.labels;

  it("gets its labels, keeps its others, and loses ours alone when the export ends", async () => {
    const outputs = await create();
    assert.equal(outputs["state"], "labelled");
    assert.deepEqual(labels(), { app: "web", [key]: "true" });
    assert.deepEqual(await diff(outputs), {});
    const request = { id: "demo/web", urn, inputs: inputs(), outputs };
    await serviceExport.delete(request, testContext().context);
    assert.deepEqual(labels(), { app: "web" });
  });

  it("that somebody else has exported is not written to, and stays exported in the end", async () => {
    fake.put(services, { metadata: { name: "web", labels: { [key]: "true" } } });
    const outputs = await create();
    assert.equal(outputs["state"], "labelled");
    const request = { id: "demo/web", urn, inputs: inputs(), outputs };
    await serviceExport.delete(request, testContext().context);
    assert.ok(!fake.requests.some((one) => one.startsWith("PATCH")), fake.requests.join());
    assert.deepEqual(labels(), { [key]: "true" });
  });

  it("is exported otherwise in place", async () => {
    const news = inputs({ [key]: "remote-discovery", team: "blue" });
    assert.deepEqual(await diff(await create(), news), {
      labels: { kind: "update", replace: false },
    });
    await update(news, await create());
    assert.deepEqual(labels(), { app: "web", [key]: "remote-discovery", team: "blue" });
    await update(inputs({ team: "blue" }), await create());
    assert.deepEqual(labels(), { app: "web", team: "blue" });
  });

  it("need not be there yet: the next update tries again, until it is", async () => {
    fake.remove(`${services}/web`);
    const outputs = await create();
    assert.equal(outputs["state"], "waiting for the Service demo/web");
    assert.ok(!fake.requests.some((request) => request.startsWith("PATCH")), "an apply makes it");
    assert.deepEqual(await diff(outputs), { state: { kind: "update" } });
    fake.put(services, { metadata: { name: "web" } });
    const later = await update(inputs(), outputs);
    assert.equal(later["state"], "labelled");
    assert.deepEqual(await diff(later), {});
  });

  it("whose label somebody else has set otherwise is refused, with who that is", async () => {
    fake.put(services, { metadata: { name: "web", labels: { [key]: "remote-discovery" } } });
    fake.owners.set(`${services}/web ${key}`, "kubectl-label");
    await assert.rejects(
      create(),
      /Service demo\/web at .* has the label mirror\.linkerd\.io\/exported=remote-discovery in place of true, set by kubectl-label\. .*kubectl -n demo label service web mirror\.linkerd\.io\/exported-/,
    );
    assert.deepEqual(labels(), { [key]: "remote-discovery" });
  });

  it("that lost its label by hand is drift, and gets it back", async () => {
    const outputs = await create();
    assert.equal((await read(outputs))?.outputs["state"], "labelled");
    fake.put(services, { metadata: { name: "web", labels: { app: "web" } } });
    const found = await read(outputs);
    assert.equal(found?.outputs["state"], `without its label ${key}`);
    assert.deepEqual(await diff(found.outputs), { state: { kind: "update" } });
    await update(inputs(), found.outputs);
    assert.deepEqual(labels(), { app: "web", [key]: "true" });
  });

  it("that is gone is waited for again, and gone with its cluster", async () => {
    const outputs = await create();
    fake.remove(`${services}/web`);
    assert.match(JSON.stringify((await read(outputs))?.outputs), /waiting for the Service/);
    const request = { id: "demo/web", urn, inputs: inputs(), outputs };
    await serviceExport.delete(request, testContext().context);
    await fake.stop();
    assert.equal(await serviceExport.read(request, testContext().context), undefined);
  });

  it("that is headless has its Endpoints touched after it was labelled, and not otherwise", async () => {
    const endpoints = "/api/v1/namespaces/demo/endpoints";
    fake.put(services, { metadata: { name: "web" }, spec: { clusterIP: "None" } });
    fake.put(endpoints, { metadata: { name: "web" } });
    const touches = () =>
      fake.requests
        .filter((one) => one.startsWith("PATCH"))
        .map((one) => one.split("/").slice(-2).join("/"));
    const outputs = await create();
    // Twice, which leaves nothing behind: what the one change sets the other takes away.
    assert.deepEqual(touches(), ["services/web", "endpoints/web", "endpoints/web"]);
    assert.deepEqual(fake.get(`${endpoints}/web`)?.metadata.annotations, {});
    fake.requests.length = 0;
    await update(inputs(), outputs);
    assert.deepEqual(touches(), ["services/web"]);
    // One without pods has none yet.
    fake.remove(`${endpoints}/web`);
    await update(inputs({ [key]: "true", team: "blue" }), outputs);
  });

  it("needs labels that are texts", async () => {
    const news = { ...inputs(), labels: { [key]: true } };
    assert.deepEqual((await serviceExport.check({ urn, news, olds: {} })).failures, [
      {
        property: `labels["${key}"]`,
        reason: `labels["${key}"]: has to be a string, not true`,
      },
    ]);
  });
});
