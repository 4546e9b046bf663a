import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { registerTopology, temporaryDirectory, writeTemporary } from "./fixtures.ts";
import { closure, find } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

void describe("a mesh that others made", async () => {
  const cluster = (name: string) => ({
    name,
    kubeconfig: writeTemporary(
      `${name}.kubeconfig`,
      JSON.stringify({
        "current-context": name,
        contexts: [{ name, context: { cluster: name, user: name } }],
        clusters: [{ name }],
        users: [{ name, user: { token: "x" } }],
      }),
    ),
    apiServer: `https://${name}:6443`,
    gateway: { addresses: ["10.0.0.9"] },
  });
  const all = await registerTopology({
    clusters: [cluster("west"), cluster("east")],
    links: [{ from: "west", to: "east" }],
    exports: [{ service: "web", namespace: "shop", from: "east" }],
    adopt: true,
  });
  const imported = all.filter(({ importId }) => importId !== "");

  void it("is imported: its namespaces, and its Links", () => {
    assert.deepEqual(imported.map(({ name, importId }) => `${name} ${importId}`).sort(), [
      "lab-east-control-plane linkerd",
      "lab-east-multicluster linkerd-multicluster",
      "lab-west-control-plane linkerd",
      "lab-west-multicluster linkerd-multicluster",
      "lab-west-to-east linkerd-multicluster/east",
    ]);
  });

  void it("is neither changed nor deleted", () => {
    for (const { key, ignoreChanges, retainOnDelete } of imported) {
      assert.deepEqual(ignoreChanges, ["metadata", "spec"], key);
      assert.equal(retainOnDelete, true, key);
    }
  });

  void it("keeps its releases, certificates, accounts and credentials: none of them is in the stack", () => {
    const types = new Set(all.map(({ type }) => type));
    for (const type of [
      "kubernetes:helm.sh/v3:Release",
      "kubernetes:core/v1:Secret",
      "kubernetes:core/v1:ServiceAccount",
      "tls:index/privateKey:PrivateKey",
      "linkerd-topology:index:Vacancy",
      "linkerd-topology:index:ProxiesCurrent",
      "linkerd-topology:index:LinkReady",
      "linkerd-topology:index:MirrorCleanup",
      "linkerd-topology:index:DefinitionsCleanup",
      "linkerd-topology:index:DefinitionsKept",
    ]) {
      assert.ok(!types.has(type), type);
    }
  });

  void it("gets the exports of the topology, and nothing restarts what is stuck", () => {
    const exported = find(all, "linkerd-topology:index:ServiceExport", "lab-east-export-shop.web");
    assert.deepEqual(exported.inputs["labels"], { "mirror.linkerd.io/exported": "true" });
  });

  void it("is asked whether it is still the same before anything that was added is removed", () => {
    for (const name of ["west", "east"]) {
      const guard = find(all, "linkerd-topology:index:ClusterGuard", `lab-${name}`);
      const before = closure(all, guard);
      const inIt = all.filter(
        ({ type, provider, inputs, key }) =>
          provider === `pulumi:providers:kubernetes::lab-${name}` ||
          (type.startsWith("linkerd-topology:index:") &&
            inputs["clusterUid"] === `uid of lab-${name}` &&
            key !== guard.key),
      );
      assert.ok(inIt.length > 2);
      for (const { key } of inIt) assert.ok(before.has(key), `${name}: ${key}`);
    }
  });
});
