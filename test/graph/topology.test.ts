import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { Topology } from "../../components/topology.ts";
import { TopologyError } from "../../planning/topology/problem.ts";
import type { Topology as TopologySpec } from "../../planning/topology.ts";
import { memberName, pair, registerTopology, temporaryDirectory } from "./fixtures.ts";
import { closure, register, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const providerType = "pulumi:providers:kubernetes";
const clusterType = "kind:index:Cluster";

const isInCluster = ({ type }: Registration) =>
  type.startsWith("kubernetes:") ||
  /^linkerd-topology:index:(InjectorReady|LinkReady|MirrorCleanup)$/.test(type);

/** What belongs to one cluster carries its name with its generation. */
function belongingTo(all: readonly Registration[], cluster: string): Registration[] {
  const name = memberName(all, cluster);
  return all.filter((one) => one.name === name || one.name.startsWith(`${name}-`));
}

void describe("a topology of two kind clusters", async () => {
  const all = await registerTopology(pair);

  void it("gives everything in a cluster the cluster's lifetime", () => {
    const inClusters = all.filter(isInCluster);
    assert.ok(inClusters.length > 20);
    for (const one of inClusters) {
      const cluster = ["west", "east"].find((name) => one.name.startsWith(memberName(all, name)));
      assert.ok(cluster, `${one.key} has no generation in its name`);
      assert.equal(one.deletedWith, `${clusterType}::${memberName(all, cluster)}`, one.key);
    }
    for (const one of all.filter(({ type }) => type === providerType)) {
      assert.equal(one.deletedWith, `${clusterType}::${one.name}`);
    }
  });

  void it("makes everything in a cluster through that cluster's provider", () => {
    for (const one of all.filter(({ type }) => type.startsWith("kubernetes:"))) {
      const cluster = ["west", "east"].find((name) => one.name.startsWith(memberName(all, name)));
      assert.equal(one.provider, `${providerType}::${memberName(all, cluster ?? "")}`, one.key);
    }
  });

  void it("hangs every resource below a component, whose name is its own", () => {
    for (const one of all) {
      if (one.type === "linkerd-topology:index:Topology") continue;
      const [parentType = "", parentName = ""] = one.parent?.split("::") ?? [];
      assert.ok(parentType.startsWith("linkerd-topology:index:"), one.key);
      assert.ok(one.name.startsWith(parentName), `${one.key} below ${parentName}`);
    }
  });

  void it("lets no cluster wait for another one", () => {
    for (const [mine, other] of [
      ["west", "east"],
      ["east", "west"],
    ] as const) {
      const foreign = new Set(belongingTo(all, other).map(({ key }) => key));
      // Credentials of a Link come from its target; what they are needed for waits for them, and
      // nothing else does.
      const own = belongingTo(all, mine).filter(({ name }) => !name.includes(`-to-${other}`));
      for (const one of own) {
        for (const key of closure(all, one)) {
          assert.ok(!foreign.has(key), `${one.key} waits for ${key}`);
        }
      }
    }
  });

  void it("needs few resources", () => {
    const ofWest = belongingTo(all, "west");
    const forLink = ofWest.filter(({ name }) => name.includes("-to-east"));
    const kinds = (some: readonly Registration[]) =>
      some.map(({ type }) => type.split(":").at(-1)).sort();
    assert.deepEqual(kinds(forLink), ["Link", "Link", "LinkReady", "MirrorCleanup", "Secret"]);
    const forAccount = ofWest.filter(({ name }) => name.includes("-from-east"));
    assert.deepEqual(kinds(forAccount), [
      "AccessAccount",
      "ClusterRole",
      "ClusterRoleBinding",
      "Secret",
      "ServiceAccount",
    ]);
    assert.deepEqual(kinds(ofWest.filter((one) => ![...forLink, ...forAccount].includes(one))), [
      "Cluster",
      "ControlPlane",
      "InjectorReady",
      "KindCluster",
      "Multicluster",
      "Namespace",
      "Namespace",
      "ProxiesCurrent",
      "Release",
      "Release",
      "Release",
      "Release",
      "ReleaseComplete",
      "ReleaseComplete",
      "Secret",
      "VersionStep",
      "kubernetes",
    ]);
  });

  void it("gives a kind cluster its options, and one without any no such input", async () => {
    const options = {
      nodeLabels: { "0": { "topology.kubernetes.io/zone": "a" } },
      extraMounts: [{ hostPath: "/srv", containerPath: "/data" }],
      kubeadmConfigPatches: ["kind: KubeletConfiguration"],
      featureGates: { AllAlpha: false },
      runtimeConfig: { "api/alpha": true },
      apiServerAddress: "0.0.0.0",
      apiServerPort: 6443,
    };
    const registered = await registerTopology({
      clusters: [{ name: "west", ...options }, { name: "east" }],
    });
    const inputs = new Map(
      registered.filter(({ type }) => type === clusterType).map((one) => [one.name, one.inputs]),
    );
    assert.deepEqual(inputs.get(memberName(registered, "west"))?.["options"], options);
    assert.equal(inputs.get(memberName(registered, "east"))?.["options"], undefined);
  });

  void it("asks for no aliases, and nothing of the default Kubernetes provider", () => {
    assert.deepEqual(
      // The SDK's own, for versions of the API that Kubernetes serves no more.
      all
        .filter(({ type }) => !type.startsWith("kubernetes:rbac.authorization.k8s.io/"))
        .filter(({ aliases }) => aliases > 0)
        .map(({ key }) => key),
      [],
    );
  });
});

void describe("changes of a topology", () => {
  const three: TopologySpec = {
    clusters: [...pair.clusters, { name: "north" }],
    links: [...(pair.links ?? []), { from: "north", to: "west" }],
  };

  void it("a further cluster with a Link changes no other cluster and no other Link", async () => {
    const before = await registerTopology(pair);
    const later = new Map((await registerTopology(three)).map((one) => [one.key, one]));
    const changed = before.filter((one) => {
      const now = later.get(one.key);
      return now === undefined || JSON.stringify(now.inputs) !== JSON.stringify(one.inputs);
    });
    assert.deepEqual(
      changed.map(({ key }) => key),
      [],
    );
  });

  void it("a cluster that has to be recreated takes new names, and leaves the others theirs", async () => {
    const before = await registerTopology(pair);
    const after = await registerTopology({
      ...pair,
      clusters: [{ name: "west", podSubnet: "10.100.0.0/21" }, { name: "east" }],
    });
    assert.notEqual(memberName(before, "west"), memberName(after, "west"));
    assert.equal(memberName(before, "east"), memberName(after, "east"));
    const west = memberName(before, "west");
    assert.deepEqual(
      after.filter(({ name }) => name.startsWith(west)).map(({ key }) => key),
      [],
    );
    // Its issuer outlives it.
    assert.ok(after.some(({ key }) => key === "tls:index/privateKey:PrivateKey::lab-west"));
  });
});

void it("an invalid topology is refused with all its problems before anything is registered", async () => {
  let thrown: unknown;
  const all = await register(() => {
    try {
      new Topology("lab", {
        topology: {
          clusters: [{ name: "west" }, { name: "east" }],
          links: [{ from: "west", to: ["eats"] }, { between: ["west", "west"] }],
        },
      });
    } catch (error) {
      thrown = error;
    }
  });
  assert.ok(thrown instanceof TopologyError);
  assert.ok(thrown.problems.length >= 2, thrown.message);
  assert.match(thrown.message, /links\[0\]\.to\[0\].*did you mean "east"/);
  assert.deepEqual(all, []);
});
