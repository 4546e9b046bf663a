import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { crdsCleanup } from "../../../providers/mesh/crds.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const routes = "httproutes.gateway.networking.k8s.io";
const gateways = "gateways.gateway.networking.k8s.io";

describe("CRDs in a cluster that outlives them", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });
  afterEach(() => fake.stop());

  const install = (name: string, served = true): void => {
    const [plural = "", ...group] = name.split(".");
    fake.answers.set(`/apis/${group.join(".")}/v1/${plural}`, { status: 200, body: { items: [] } });
    fake.put(collection, {
      metadata: { name },
      spec: {
        group: group.join("."),
        names: { plural },
        versions: [
          { name: "v1alpha2", served: false },
          { name: "v1", served },
        ],
      },
    });
  };
  const properties = (definitions: string[]): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    definitions,
  });
  const create = async (definitions: string[]): Promise<PropertyMap> => {
    const { context } = testContext();
    const request = { urn: context.urn, inputs: properties(definitions) };
    return (await crdsCleanup.create(request, context)).outputs;
  };
  const remove = async (made: PropertyMap): Promise<readonly string[]> => {
    // As the engine hands it over: without the mark of a secret.
    const outputs = { ...made, kubeconfig: fake.kubeconfig };
    const { context, said } = testContext();
    await crdsCleanup.delete({ id: "x", urn: context.urn, inputs: outputs, outputs }, context);
    return said;
  };

  it("go in the end if they were not there before, and stay if they were", async () => {
    install(gateways);
    const outputs = await create([gateways, routes]);
    assert.deepEqual(outputs["absent"], [routes]);
    install(routes);
    await remove(outputs);
    assert.ok(!fake.has(`${collection}/${routes}`));
    assert.ok(fake.has(`${collection}/${gateways}`));
  });

  it("stay, with a warning, if somebody has come to use them", async () => {
    const outputs = await create([routes]);
    install(routes);
    fake.answers.set("/apis/gateway.networking.k8s.io/v1/httproutes", {
      status: 200,
      body: { items: [{ metadata: { namespace: "shop", name: "web" } }] },
    });
    assert.deepEqual(await remove(outputs), [
      `warning: the CRD ${routes} stays: there are objects of it, such as shop/web`,
    ]);
    assert.ok(fake.has(`${collection}/${routes}`));
  });

  it("stay where nobody can tell whether somebody uses them", async () => {
    const outputs = await create([routes]);
    install(routes, false);
    assert.match((await remove(outputs)).join(), /stays: it serves no version/);
    install(routes);
    const list = "/apis/gateway.networking.k8s.io/v1/httproutes";
    for (const status of [404, 500]) {
      fake.answers.set(list, { status, body: "conversion webhook failed" });
      await assert.rejects(remove(outputs), /httproutes/);
    }
    assert.ok(fake.has(`${collection}/${routes}`));
  });

  it("stay in a cluster that took the place of theirs, and are an error where it can't be asked", async () => {
    const outputs = { ...(await create([routes])), clusterUid: fake.uid };
    install(routes);
    const before = fake.requests.length;
    fake.uid = "another";
    await assert.rejects(remove(outputs), /leads to a different cluster.*has the UID another/);
    assert.deepEqual(fake.requests.slice(before), ["GET /api/v1/namespaces/kube-system"]);
    fake.answers.set("/api/v1/namespaces/kube-system", { status: 403, body: "no" });
    await assert.rejects(remove(outputs), /unknown which cluster answers/);
    fake.answers.set("/api/v1/namespaces/kube-system", { status: 404, body: "no" });
    await assert.rejects(remove(outputs), /unknown which cluster answers/);
    assert.ok(fake.has(`${collection}/${routes}`));
  });

  it("that are gone already are no error", async () => {
    assert.deepEqual(await remove(await create([routes])), []);
  });

  it("that a later version adds are looked at when it comes", async () => {
    const outputs = await create([routes]);
    install(routes);
    install(gateways);
    const { context } = testContext();
    const later = await crdsCleanup.update(
      {
        id: "x",
        urn: context.urn,
        oldInputs: properties([routes]),
        oldOutputs: outputs,
        newInputs: properties([gateways, "tcproutes.gateway.networking.k8s.io", routes]),
      },
      context,
    );
    assert.deepEqual(later["absent"], [routes, "tcproutes.gateway.networking.k8s.io"]);
  });
});
