import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { releaseComplete } from "../../../providers/mesh/release-complete.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const manifest = `---
apiVersion: v1
kind: Service
metadata:
  name: linkerd-gateway
---
# a part that the values leave empty
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: linkerd-gateway
  namespace: linkerd-multicluster
  labels:
    app: linkerd-gateway
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
`;

const services = "/api/v1/namespaces/linkerd-multicluster/services";
const deployments = "/apis/apps/v1/namespaces/linkerd-multicluster/deployments";
const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

describe("a release with all of its objects", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    const serve = (root: string, name: string, kind: string, namespaced: boolean) =>
      fake.answers.set(root, {
        status: 200,
        body: {
          resources: [
            { name: `${name}/status`, kind, namespaced },
            { name, kind, namespaced },
          ],
        },
      });
    serve("/api/v1", "services", "Service", true);
    serve("/apis/apps/v1", "deployments", "Deployment", true);
    serve("/apis/rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", false);
    record(1, "superseded", "kind: Nothing");
    record(2, "deployed", manifest);
    for (const path of [services, deployments]) {
      fake.put(path, { metadata: { name: "linkerd-gateway" } });
    }
    fake.put(roles, { metadata: { name: "reader" } });
  });
  afterEach(() => fake.stop());

  function record(version: number, status: string, text: string): void {
    const packed = gzipSync(JSON.stringify({ manifest: text })).toString("base64");
    fake.put("/api/v1/namespaces/linkerd-multicluster/secrets", {
      metadata: {
        name: `sh.helm.release.v1.linkerd-multicluster.v${version}`,
        labels: { owner: "helm", name: "linkerd-multicluster", status, version: `${version}` },
      },
      data: { release: Buffer.from(packed).toString("base64") },
    });
  }

  async function inputs(): Promise<PropertyMap> {
    const { inputs, failures } = await releaseComplete.check({
      urn: "",
      olds: {},
      news: {
        kubeconfig: fake.kubeconfig,
        namespace: "linkerd-multicluster",
        releases: ["linkerd-multicluster"],
      },
    });
    assert.deepEqual(failures ?? [], []);
    return inputs;
  }

  async function refresh(properties: PropertyMap) {
    const { context } = testContext();
    const read = await releaseComplete.read(
      { id: "x", urn: context.urn, inputs: properties, outputs: properties },
      context,
    );
    assert.ok(read);
    const { changes } = await releaseComplete.diff({
      id: "x",
      urn: context.urn,
      oldInputs: read.inputs,
      oldOutputs: read.outputs,
      newInputs: await inputs(),
    });
    return { read, changed: Object.keys(changes) };
  }

  it("is as it was where nothing is missing", async () => {
    const { read, changed } = await refresh(await inputs());
    assert.deepEqual(changed, []);
    assert.deepEqual(read.inputs, await inputs());
  });

  it("shows what was deleted as drift, and makes it again as Helm had made it", async () => {
    fake.remove(`${services}/linkerd-gateway`);
    fake.remove(`${deployments}/linkerd-gateway`);
    fake.remove(`${roles}/reader`);
    const { read, changed } = await refresh(await inputs());
    assert.deepEqual(changed, ["missing"]);
    assert.deepEqual(read.inputs["missing"], [
      "Service linkerd-gateway",
      "Deployment linkerd-multicluster/linkerd-gateway",
      "ClusterRole reader",
    ]);
    const { context, said } = testContext();
    const outputs = await releaseComplete.update(
      {
        id: "x",
        urn: context.urn,
        oldInputs: read.inputs,
        oldOutputs: read.outputs,
        newInputs: await inputs(),
      },
      context,
    );
    assert.equal(outputs["missing"], undefined);
    assert.deepEqual(said, [
      "warning: Service linkerd-gateway was missing and has been restored",
      "warning: Deployment linkerd-multicluster/linkerd-gateway was missing and has been restored",
      "warning: ClusterRole reader was missing and has been restored",
    ]);
    const { metadata } = fake.get(`${deployments}/linkerd-gateway`) ?? { metadata: undefined };
    assert.deepEqual(metadata?.labels, {
      app: "linkerd-gateway",
      "app.kubernetes.io/managed-by": "Helm",
    });
    assert.equal(metadata.annotations?.["meta.helm.sh/release-name"], "linkerd-multicluster");
    assert.deepEqual((await refresh(await inputs())).changed, []);
  });

  it("touches what is there in no way", async () => {
    fake.remove(`${roles}/reader`);
    const { context } = testContext();
    const before = fake.get(`${deployments}/linkerd-gateway`);
    const news = await inputs();
    await releaseComplete.update(
      { id: "x", urn: context.urn, oldInputs: news, oldOutputs: news, newInputs: news },
      context,
    );
    assert.equal(fake.get(`${deployments}/linkerd-gateway`), before);
    assert.deepEqual(
      fake.requests.filter((request) => !request.startsWith("GET")),
      [`POST ${roles}`],
    );
  });

  it("is complete where the release itself is gone: that is the release's own to show", async () => {
    fake.remove(
      "/api/v1/namespaces/linkerd-multicluster/secrets/sh.helm.release.v1.linkerd-multicluster.v2",
    );
    fake.remove(`${roles}/reader`);
    assert.deepEqual((await refresh(await inputs())).changed, []);
  });

  it("is gone with its cluster", async () => {
    const properties = await inputs();
    await fake.stop();
    const { context } = testContext();
    assert.equal(
      await releaseComplete.read(
        { id: "x", urn: context.urn, inputs: properties, outputs: properties },
        context,
      ),
      undefined,
    );
  });
});
