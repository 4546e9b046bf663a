import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { ExistingCluster } from "../../components/existing-cluster.ts";
import { registerTopology, temporaryDirectory, writeTemporary } from "./fixtures.ts";
import { closure, find, isSecret, register, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

void describe("a cluster that exists", async () => {
  const kubeconfig = writeTemporary(
    "staging.kubeconfig",
    JSON.stringify({
      "current-context": "other",
      contexts: [
        { name: "other", context: { cluster: "c-other", user: "u-other" } },
        { name: "admin", context: { cluster: "c-staging", user: "u-staging" } },
      ],
      clusters: [{ name: "c-other" }, { name: "c-staging" }],
      users: [{ name: "u-other", user: { token: "other's" } }, { name: "u-staging" }],
    }),
  );
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

  const identity = "linkerd-topology:index:ClusterIdentity::lab-staging";
  const isInStaging = ({ inputs, provider }: Registration) =>
    inputs["clusterUid"] !== undefined || provider === "pulumi:providers:kubernetes::lab-staging";

  void it("is known by its identity before anything is done in it, and everything compares", () => {
    const contents = all.filter(isInStaging);
    assert.ok(contents.length > 15, String(contents.length));
    for (const one of contents) assert.ok(closure(all, one).has(identity), one.key);
    const gates = all.filter(
      ({ type, name, key, inputs }) =>
        type.startsWith("linkerd-topology:index:") &&
        name.startsWith("lab-staging") &&
        key !== identity &&
        inputs["kubeconfigPath"] === kubeconfig,
    );
    assert.ok(gates.length >= 8);
    for (const { key, inputs } of gates) {
      assert.equal(inputs["clusterUid"], "uid of lab-staging", key);
      assert.equal(inputs["context"], "admin", key);
    }
    assert.equal(all.filter(({ type }) => type.endsWith(":ClusterIdentity")).length, 1);
  });

  void it("is asked whether it is still the same before anything in it is deleted", () => {
    const guard = find(all, "linkerd-topology:index:ClusterGuard", "lab-staging");
    assert.equal(guard.inputs["clusterUid"], "uid of lab-staging");
    const before = closure(all, guard);
    const missing = all.filter((one) => isInStaging(one) && one !== guard && !before.has(one.key));
    assert.deepEqual(
      missing.map(({ key }) => key),
      [],
    );
    assert.equal(all.filter(({ type }) => type.endsWith(":ClusterGuard")).length, 1);
  });

  void it("is seen without Linkerd before anything is made in it, and marks what it makes", () => {
    const vacancy = "linkerd-topology:index:Vacancy::lab-staging";
    const provider = all.find(({ key }) => key === "pulumi:providers:kubernetes::lab-staging");
    assert.ok(provider?.dependencies.includes(vacancy));
    assert.equal(all.filter(({ type }) => type.endsWith(":Vacancy")).length, 1);
    const namespaces = all.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
    for (const { name, inputs } of namespaces) {
      const { annotations = {} } = inputs["metadata"] as { annotations?: Record<string, string> };
      const mark = name.startsWith("lab-staging") ? "mark of lab-staging" : undefined;
      assert.equal(annotations["linkerd-topology.dev/installation"], mark, name);
    }
    assert.equal(namespaces.length, 4);
  });

  void it("is seen without the namespaces of what observes it, and marks them too", async () => {
    const charts = path.dirname(
      path.dirname(writeTemporary("with-viz/linkerd-viz/Chart.yaml", "")),
    );
    const observed = await registerTopology(
      {
        clusters: [{ name: "staging", kubeconfig, context: "admin" }],
        observability: { viz: true },
      },
      { charts },
    );
    const own = ["linkerd", "linkerd-multicluster", "linkerd-observability", "linkerd-viz"];
    const vacancy = find(observed, "linkerd-topology:index:Vacancy", "lab-staging");
    assert.deepEqual(vacancy.inputs["namespaces"], own);
    const marked = observed.flatMap(({ type, inputs }) => {
      if (type !== "kubernetes:core/v1:Namespace") return [];
      const { name, annotations } = inputs["metadata"] as {
        readonly name: string;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      return annotations?.["linkerd-topology.dev/installation"] === "mark of lab-staging"
        ? [name]
        : [];
    });
    assert.deepEqual(marked.sort(), own);
  });

  void it("keeps Linkerd's own definitions where others use them: that is looked at last but for them", () => {
    const kept = find(all, "linkerd-topology:index:DefinitionsKept", "lab-staging-control-plane");
    assert.ok(
      closure(all, kept).has("kubernetes:helm.sh/v3:Release::lab-staging-control-plane-crds"),
    );
    for (const release of ["lab-staging-control-plane", "lab-staging-multicluster"]) {
      assert.ok(closure(all, find(all, "kubernetes:helm.sh/v3:Release", release)).has(kept.key));
    }
    assert.equal(all.filter(({ type }) => type.endsWith(":DefinitionsKept")).length, 1);
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

  void it("has its kubeconfig kept secret, with its own context and nothing of others", () => {
    const provider = find(all, "pulumi:providers:kubernetes", "lab-staging");
    const text = provider.inputs["kubeconfig"];
    assert.ok(isSecret(text));
    const { users, clusters, contexts, ...rest } = parse(text.secret as string) as Record<
      string,
      { name: string }[]
    >;
    assert.deepEqual(rest, { "current-context": "admin" });
    assert.deepEqual(
      [users, clusters, contexts].map((list) => list?.map(({ name }) => name)),
      [["u-staging"], ["c-staging"], ["admin"]],
    );
    assert.equal(provider.inputs["context"], "admin");
    assert.equal(provider.inputs["clusterIdentifier"], "uid of lab-staging");
    assert.equal(provider.inputs["deleteUnreachable"], undefined);
    const identified = find(all, "linkerd-topology:index:ClusterIdentity", "lab-staging");
    assert.equal(identified.inputs["kubeconfigPath"], kubeconfig);
    assert.equal(identified.inputs["context"], "admin");
  });

  void it("takes the context that it was first seen by where the topology names none", async () => {
    const unnamed = await registerTopology({ clusters: [{ name: "staging", kubeconfig }] });
    const identified = find(unnamed, "linkerd-topology:index:ClusterIdentity", "lab-staging");
    assert.equal(identified.inputs["context"], undefined);
    const gate = find(unnamed, "linkerd-topology:index:InjectorReady", "lab-staging-control-plane");
    assert.equal(gate.inputs["context"], "current");
  });

  void it("is asked in a rotation by its identity, and kind clusters by their names", async () => {
    const rotating = await registerTopology({
      clusters: [{ name: "west" }, { name: "staging", kubeconfig, context: "admin" }],
      trust: { anchors: [{ generation: 1 }, { generation: 2 }] },
    });
    const { inputs } = find(rotating, "linkerd-topology:index:TrustStep", "lab");
    assert.deepEqual(inputs["clusterUids"], { staging: "uid of lab-staging" });
    assert.deepEqual(inputs["contexts"], { staging: "admin" });
    assert.deepEqual(inputs["kindNames"], { west: "lab-west" });
    assert.deepEqual(Object.keys(inputs["kubeconfigPaths"] as object).sort(), ["staging", "west"]);
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
