import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { noOtherLinkerd } from "../../../providers/mesh/no-other-linkerd.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

describe("a cluster that is to be a guest's", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    fake.put("/api/v1/namespaces", { metadata: { name: "shop" } });
  });
  afterEach(() => fake.stop());

  const { context } = testContext();
  const namespaces = ["linkerd", "linkerd-multicluster"];
  const inputs = (): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    clusterUid: fake.uid,
    namespaces,
  });
  const create = async () => noOtherLinkerd.create({ urn: context.urn, inputs: inputs() }, context);
  const diff = async (oldOutputs: PropertyMap, oldInputs = inputs()) =>
    noOtherLinkerd.diff({ id: "x", urn: context.urn, oldInputs, oldOutputs, newInputs: inputs() });
  const update = async (oldOutputs: PropertyMap) =>
    noOtherLinkerd.update(
      { id: "x", urn: context.urn, oldInputs: inputs(), oldOutputs, newInputs: inputs() },
      context,
    );
  const install = (annotations: Record<string, string>, further: object = {}) => {
    for (const name of namespaces) {
      fake.put("/api/v1/namespaces", { metadata: { name, annotations, uid: name, ...further } });
    }
  };
  const changedNothing = (): void => {
    const writes = fake.requests.filter((request) => !request.startsWith("GET"));
    assert.deepEqual(writes, []);
  };

  it("is one without Linkerd, whatever else is in it", async () => {
    assert.equal((await create()).id, "vacancy");
  });

  it("is none where Linkerd is, and stays as it is", async () => {
    fake.put("/api/v1/namespaces", { metadata: { name: "linkerd" } });
    await assert.rejects(
      create(),
      /has the namespace linkerd already.*did not create it.*uninstall/,
    );
    fake.put("/api/v1/namespaces", { metadata: { name: "linkerd-multicluster" } });
    await assert.rejects(create(), /namespaces linkerd and linkerd-multicluster/);
    changedNothing();
  });

  it("is none where somebody has a namespace that a later topology wants as well", async () => {
    const { outputs } = await create();
    const mark = { "linkerd-topology.dev/installation": outputs["installation"] as string };
    install(mark);
    const before = inputs();
    const after = { ...before, namespaces: [...namespaces, "linkerd-observability"] };
    const request = { id: "x", urn: context.urn, oldInputs: before, oldOutputs: outputs };
    const changes = async () =>
      (await noOtherLinkerd.diff({ ...request, newInputs: after })).changes;
    assert.deepEqual(Object.keys(await changes()), ["namespaces"]);
    fake.put("/api/v1/namespaces", { metadata: { name: "linkerd-observability" } });
    await assert.rejects(
      changes(),
      /has the namespace linkerd-observability already, and this stack did not create it.*leave out/,
    );
    await assert.rejects(
      noOtherLinkerd.update({ ...request, newInputs: after }, context),
      /did not create it/,
    );
    changedNothing();
    fake.put("/api/v1/namespaces", {
      metadata: { name: "linkerd-observability", annotations: mark },
    });
    assert.deepEqual(Object.keys(await changes()), ["namespaces"]);
  });

  it("is looked at in every update: its own Linkerd passes, one that came in its place does not", async () => {
    const { outputs } = await create();
    const mark = { "linkerd-topology.dev/installation": outputs["installation"] as string };
    assert.deepEqual((await diff(outputs)).changes, {});
    install(mark);
    assert.deepEqual((await diff(outputs)).changes, {});
    install({ "linkerd-topology.dev/installation": "of another stack" });
    await assert.rejects(
      diff(outputs),
      /has the namespaces linkerd and linkerd-multicluster already/,
    );
    install({});
    await assert.rejects(diff(outputs), /already, and this stack did not create them/);
    changedNothing();
  });

  it("fails where it can't look, and where it is another cluster", async () => {
    const { outputs } = await create();
    fake.answers.set("/api/v1/namespaces/linkerd", { status: 403, body: "no" });
    await assert.rejects(diff(outputs), /403/);
    fake.uid = "another";
    const moved = await diff(outputs, { ...inputs(), clusterUid: "former" });
    assert.deepEqual(moved.changes, { clusterUid: { kind: "update", replace: true } });
  });

  it("takes over what an earlier version made, which Pulumi made, and knows it from then on", async () => {
    const earlier: PropertyMap = { kubeconfig: fake.kubeconfig, namespaces };
    const changes = async () => (await diff(earlier, earlier)).changes;
    assert.deepEqual(await changes(), {
      clusterUid: { kind: "add", replace: false },
      installation: { kind: "add" },
    });
    await assert.rejects(update(earlier), /has none of the namespaces.*Nothing was changed/);
    install({}, { managedFields: [{ manager: "kubectl-create" }] });
    await assert.rejects(update(earlier), /this stack did not create them/);
    install({}, { managedFields: [{ manager: "pulumi-kubernetes-5f2c" }] });
    const outputs = await update(earlier);
    assert.deepEqual(outputs["adopted"], namespaces);
    assert.deepEqual((await diff(outputs)).changes, {});
    install({}, { uid: "another" });
    await assert.rejects(diff(outputs), /this stack did not create them/);
  });
});
