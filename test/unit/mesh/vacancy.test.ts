import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { vacancy } from "../../../providers/mesh/vacancy.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

describe("a cluster that is to be a guest's", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    fake.put("/api/v1/namespaces", { metadata: { name: "shop" } });
  });
  afterEach(() => fake.stop());

  const create = async () => {
    const { context } = testContext();
    const inputs = {
      kubeconfig: fake.kubeconfig,
      namespaces: ["linkerd", "linkerd-multicluster"],
    };
    return vacancy.create({ urn: context.urn, inputs }, context);
  };

  it("is one without Linkerd, whatever else is in it", async () => {
    assert.equal((await create()).id, "vacancy");
  });

  it("is none where Linkerd is, and stays as it is", async () => {
    fake.put("/api/v1/namespaces", { metadata: { name: "linkerd" } });
    await assert.rejects(create(), /has the namespace linkerd already.*did not make it.*uninstall/);
    fake.put("/api/v1/namespaces", { metadata: { name: "linkerd-multicluster" } });
    await assert.rejects(create(), /namespaces linkerd and linkerd-multicluster/);
    assert.deepEqual(
      fake.requests.filter((request) => !request.startsWith("GET")),
      [],
    );
  });
});
