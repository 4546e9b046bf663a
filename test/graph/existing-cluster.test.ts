import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { ExistingCluster } from "../../components/existing-cluster.ts";
import { registerTopology, temporaryDirectory, writeTemporary } from "./fixtures.ts";
import { isSecret, register } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

void describe("a cluster that exists", async () => {
  const kubeconfig = writeTemporary("staging.kubeconfig", "kubeconfig of staging");
  const all = await registerTopology({
    clusters: [{ name: "west" }, { name: "staging", kubeconfig, context: "admin" }],
    links: [{ from: "staging", to: "west" }],
  });
  const inStaging = all.filter(
    ({ type, name }) => name.startsWith("lab-staging") && !/tls|index:[A-Z][a-z]+$/.test(type),
  );

  void it("is neither made nor named after a generation", () => {
    assert.equal(all.filter(({ type }) => type === "kind:index:Cluster").length, 1);
    assert.ok(all.some(({ key }) => key === "linkerd-topology:index:ExistingCluster::lab-staging"));
  });

  void it("outlives what is installed in it, so that this is deleted properly", () => {
    assert.ok(inStaging.length > 10);
    for (const one of inStaging) assert.equal(one.deletedWith, undefined, one.key);
  });

  void it("is seen without Linkerd before anything is made in it", () => {
    const vacancy = "linkerd-topology:index:Vacancy::lab-staging";
    const provider = all.find(({ key }) => key === "pulumi:providers:kubernetes::lab-staging");
    assert.ok(provider?.dependencies.includes(vacancy));
    assert.equal(all.filter(({ type }) => type.endsWith(":Vacancy")).length, 1);
  });

  void it("loses the Gateway API in the end if it had none, which is noted before", () => {
    const cleanup = "linkerd-topology:index:DefinitionsCleanup::lab-staging-control-plane";
    const found = all.find(({ key }) => key === cleanup);
    assert.deepEqual(found?.inputs["definitions"], [
      "gateways.gateway.networking.k8s.io",
      "httproutes.gateway.networking.k8s.io",
    ]);
    const release = all.find(({ name }) => name === "lab-staging-control-plane-gateway-api");
    assert.ok(release?.dependencies.includes(cleanup));
    assert.equal(all.filter(({ type }) => type.endsWith(":DefinitionsCleanup")).length, 1);
  });

  void it("has its kubeconfig kept secret, and its context used", () => {
    const provider = all.find(({ key }) => key === "pulumi:providers:kubernetes::lab-staging");
    assert.ok(isSecret(provider?.inputs["kubeconfig"]));
    assert.equal(provider.inputs["context"], "admin");
    assert.equal(provider.inputs["deleteUnreachable"], undefined);
    for (const one of all.filter(({ type }) => /Ready|Cleanup/.test(type))) {
      if (!one.name.startsWith("lab-staging")) continue;
      assert.equal(one.inputs["context"], "admin", one.key);
      assert.equal(one.inputs["kubeconfigPath"], kubeconfig);
    }
  });

  void it("without a readable kubeconfig is refused by name, with nothing registered for it", async () => {
    const registered = await register(() => {
      assert.throws(
        () => new ExistingCluster("staging", { kubeconfig: "/nowhere/kubeconfig" }),
        /cluster "staging".*\/nowhere\/kubeconfig cannot be read/,
      );
    });
    assert.deepEqual(registered, []);
  });
});
