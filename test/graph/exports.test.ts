import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import type { Topology } from "../../planning/topology.ts";
import { memberName, registerTopology, temporaryDirectory } from "./fixtures.ts";
import { closure, find } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const exportType = "linkerd-topology:index:ServiceExport";
const federatedType = "linkerd-topology:index:FederatedReady";

void describe("exports of a topology", async () => {
  const topology: Topology = {
    clusters: ["west", "east", "north"].map((name) => ({ name, network: "lab" })),
    links: [{ between: ["west", "east"] }, { from: "north", to: "east" }],
    exports: [
      { service: "web", namespace: "shop", from: "east" },
      { service: "web", namespace: "shop", from: ["east", "west"], as: "federated" },
    ],
  };
  const all = await registerTopology(topology);
  const [west, east] = [memberName(all, "west"), memberName(all, "east")];

  void it("are one resource per Service and cluster, with the labels of all its kinds", () => {
    assert.deepEqual(
      all.filter(({ type }) => type === exportType).map(({ name }) => name),
      [`${west}-export-shop.web`, `${east}-export-shop.web`],
    );
    const { inputs, deletedWith } = find(all, exportType, `${east}-export-shop.web`);
    assert.deepEqual(inputs["labels"], {
      "mirror.linkerd.io/exported": "true",
      "mirror.linkerd.io/federated": "member",
    });
    assert.equal(inputs["kubeconfigPath"], `/state/${east}.kubeconfig`);
    assert.equal(deletedWith, `kind:index:Cluster::${east}`);
  });

  void it("wait for the extension of their cluster, and for no other cluster", () => {
    const needed = closure(all, find(all, exportType, `${east}-export-shop.web`));
    assert.ok(needed.has(`kubernetes:helm.sh/v3:Release::${east}-multicluster`));
    assert.ok(![...needed].some((key) => key.includes(west)));
  });

  void it("that are federated are proved once, wherever they are seen", () => {
    const federated = find(all, federatedType, "lab-federated-shop.web");
    assert.deepEqual(federated.inputs["views"], {
      west: "west,east",
      east: "west,east",
      north: "east",
    });
    assert.deepEqual(federated.inputs["kubeconfigPaths"], {
      west: `/state/${west}.kubeconfig`,
      east: `/state/${east}.kubeconfig`,
      north: `/state/${memberName(all, "north")}.kubeconfig`,
    });
    assert.equal(federated.deletedWith, undefined);
    const needed = closure(all, federated);
    for (const key of [
      `${exportType}::${east}-export-shop.web`,
      `linkerd-topology:index:LinkReady::${west}-to-east`,
    ]) {
      assert.ok(needed.has(key), key);
    }
  });

  void it("are waited for again when one of the clusters is recreated", async () => {
    const [first, ...others] = topology.clusters;
    assert.ok(first);
    const later = await registerTopology({
      ...topology,
      clusters: [{ ...first, podSubnet: "10.100.0.0/21" }, ...others],
    });
    const triggers = (registrations: typeof all) =>
      find(registrations, federatedType, "lab-federated-shop.web").inputs["triggers"];
    assert.notDeepEqual(triggers(later), triggers(all));
  });
});
