import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { connect } from "../../../kubernetes/connect.ts";
import { discover } from "../../../planning/discovery/discover.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import { observeMesh } from "../../../verification/discovery/observe-mesh.ts";
import { ForeignPair } from "../cli/foreign-pair.ts";
import { core } from "./running.ts";
import { putPod } from "./thorough-cluster.ts";

const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";

describe("a mesh of others with an export from pod to pod", () => {
  let pair: ForeignPair;
  before(async () => {
    pair = await ForeignPair.start();
  });
  after(() => pair.stop());
  beforeEach(() => {
    pair.east.put(`${core}/shop/services`, {
      metadata: { name: "web", labels: { "mirror.linkerd.io/exported": "remote-discovery" } },
      spec: { clusterIP: "10.96.0.10", ports: [{ port: 80 }] },
    });
    for (const fake of [pair.west, pair.east]) {
      fake.answers.delete("/api/v1/pods");
      fake.requests.length = 0;
      putPod(fake, "web-0", { ip: fake === pair.west ? "100.64.1.7" : "100.64.2.7" });
      putPod(fake, "agent", { ip: "172.19.0.9", spec: { hostNetwork: true } });
    }
  });

  const other = (fake: unknown): string => (fake === pair.west ? "east" : "west");
  const observe = async () => {
    const ways = ["prod-1", "prod-2"].map(async (context) => {
      const { kubeconfig } = pair;
      const api = await connect({ kubeconfigPath: kubeconfig, context });
      return { kubeconfig, context, api };
    });
    return observeMesh(await Promise.all(ways));
  };

  test("has the pod subnets in which its pods are, and up takes it", async () => {
    const { topology } = discover(await observe());
    assert.deepEqual(
      topology.clusters.map(({ podSubnet }) => podSubnet?.split(",").at(-1)),
      ["100.64.1.0/24", "100.64.2.0/24"],
    );
    assert.equal(topology.links?.[0]?.mode ?? "mixed", "mixed");
    planOrThrow(topology, { name: "mesh" });
  });

  test("says so if pods may not be listed", async () => {
    const message = "pods is forbidden";
    pair.east.answers.set("/api/v1/pods", {
      status: 403,
      body: { kind: "Status", reason: "Forbidden", message },
    });
    const [, east] = await observe();
    assert.equal(east?.podAddresses, undefined);
    assert.deepEqual(
      east?.unread.filter(({ right }) => right === "list pods"),
      [{ what: "the pods' addresses", why: "no right to list pods", right: "list pods" }],
    );
  });

  test("lists no pods where every Link leads through a gateway alone", async () => {
    const before = [pair.west, pair.east].map((fake) => fake.get(`${links}/${other(fake)}`));
    for (const [index, fake] of [pair.west, pair.east].entries()) {
      const link = before[index];
      assert.ok(link);
      const { remoteDiscoverySelector, federatedServiceSelector, ...spec } = link["spec"] as Record<
        string,
        unknown
      >;
      assert.ok(remoteDiscoverySelector && federatedServiceSelector);
      fake.put(links, { ...link, spec });
    }
    await observe();
    for (const [index, fake] of [pair.west, pair.east].entries()) {
      assert.ok(fake.requests.length > 0);
      assert.ok(!fake.requests.includes("GET /api/v1/pods"));
      const link = before[index];
      if (link !== undefined) fake.put(links, link);
    }
  });
});
