import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import type { ClusterSpec, Topology as TopologySpec } from "../../planning/topology.ts";
import { memberName, registerTopology, temporaryDirectory } from "./fixtures.ts";
import { closure, find, type Registration } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const type = "kubernetes:apps/v1:DaemonSet";
const on = (network: string, ...names: string[]): ClusterSpec[] =>
  names.map((name) => ({ name, network }));

/** Two clusters on one network, linked; a third on another. */
const mixed: TopologySpec = {
  clusters: [...on("lab-1", "west", "east"), ...on("lab-2", "north")],
  links: [
    { between: ["west", "east"], mode: "mixed" },
    { from: "west", to: "north", mode: "gateway" },
  ],
};

const routesOf = (all: readonly Registration[], cluster: string) =>
  find(all, type, `${memberName(all, cluster)}-pod-routes`);

interface Template {
  readonly spec: {
    readonly containers: readonly {
      readonly image: string;
      readonly env: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

function containerOf(one: Registration): Template["spec"]["containers"][number] {
  const { template } = one.inputs["spec"] as { template: Template };
  const [container] = template.spec.containers;
  assert.ok(container);
  return container;
}

const peersOf = (one: Registration) =>
  containerOf(one).env.find(({ name }) => name === "PEERS")?.value;

void describe("routes between the pods of clusters on one network", async () => {
  const all = await registerTopology(mixed);

  void it("are one resource in each of those clusters, and in no other", () => {
    const made = all
      .filter((one) => one.type === type)
      .map(({ name }) => name)
      .sort();
    assert.deepEqual(
      made,
      ["east", "west"].map((name) => `${memberName(all, name)}-pod-routes`),
    );
  });

  void it("live and die with their cluster", () => {
    for (const name of ["west", "east"]) {
      const routes = routesOf(all, name);
      assert.equal(routes.deletedWith, `kind:index:Cluster::${memberName(all, name)}`);
      assert.equal(routes.provider, `pulumi:providers:kubernetes::${memberName(all, name)}`);
    }
  });

  void it("lead to every node of the other cluster, by its name", () => {
    const [subnet, node, share] = (peersOf(routesOf(all, "west")) ?? "").split(" ");
    assert.match(subnet ?? "", /^10\.[\d.]+\/21$/);
    assert.equal(node, "node-of-" + memberName(all, "east"));
    assert.equal(share, "10.0.0.0/24");
  });

  void it("wait for the other clusters and for nothing that is installed in them", () => {
    const west = closure(all, routesOf(all, "west"));
    const east = memberName(all, "east");
    assert.ok(west.has(`kind:index:Cluster::${east}`));
    const further = [...west].filter(
      (key) => key.includes(`::${east}`) && key !== `kind:index:Cluster::${east}`,
    );
    assert.deepEqual(further, []);
  });

  void it("are waited for by the Links that need them, both ways, and by nothing else", () => {
    const routes = ["west", "east"].map((name) => routesOf(all, name).key);
    const waiting = all.filter((one) => routes.every((key) => closure(all, one).has(key)));
    const gates = ["west", "east"].map(
      (source) =>
        `linkerd-topology:index:LinkReady::${memberName(all, source)}-to-${source === "west" ? "east" : "west"}`,
    );
    assert.deepEqual(waiting.map(({ key }) => key).sort(), gates.sort());
    for (const one of all) {
      const waits = routes.some((key) => closure(all, one).has(key));
      assert.equal(waits, gates.includes(one.key), one.key);
    }
  });

  void it("use the image that pauses in the place of a public one where there is one", async () => {
    const image = (some: readonly Registration[]) => containerOf(routesOf(some, "west")).image;
    assert.equal(image(all), "registry.k8s.io/pause:3.10.1");
    const own = await registerTopology(mixed, { images: { pause: "localhost/pause:1" } });
    assert.equal(image(own), "localhost/pause:1");
  });

  void it("change in the clusters of the network that a cluster joins, and nowhere else", async () => {
    const later = new Map(
      (
        await registerTopology({
          ...mixed,
          clusters: [...mixed.clusters, ...on("lab-1", "south"), ...on("lab-3", "island")],
        })
      ).map((one) => [one.key, one]),
    );
    const changed = all.filter(
      (one) => JSON.stringify(later.get(one.key)?.inputs) !== JSON.stringify(one.inputs),
    );
    assert.deepEqual(
      changed.map(({ key }) => key).sort(),
      ["east", "west"].map((name) => routesOf(all, name).key),
    );
  });

  void it("do not depend on the order in which somebody wrote the clusters", async () => {
    const three = { ...mixed, clusters: [...mixed.clusters, ...on("lab-1", "south")] };
    const turned = { ...three, clusters: three.clusters.toReversed() };
    const [first, second] = await Promise.all([three, turned].map((one) => registerTopology(one)));
    assert.ok(first && second);
    assert.equal(peersOf(routesOf(first, "west")), peersOf(routesOf(second, "west")));
  });
});
