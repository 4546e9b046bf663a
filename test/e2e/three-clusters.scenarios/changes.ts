import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import type { Topology } from "../../../planning/topology.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { Service } from "../../../kubernetes/objects.ts";
import { leasePath, linkPath } from "../../../linkerd/names.ts";
import type { TestEnvironment } from "../environment.ts";
import {
  appears,
  changesOf as namedChanges,
  createExported,
  disappears,
  fed,
  flat,
  web,
} from "../exported-services.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";
import { createNamespace, namespace, servicePath } from "../workload.ts";

const extension = "linkerd-multicluster";

export const changes: Scenario = {
  name: "changes",
  title: "exports, and a Link that ends",
  topology: baseTopology,
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let west: KubernetesApi;
  let east: KubernetesApi;

  before(async () => {
    environment = shared.environment;
    west = shared.api("west");
    east = shared.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await Promise.all([
      createExported(east, "web"),
      createExported(east, "flat"),
      createExported(east, "fed"),
      createExported(west, "fed"),
    ]);
  });

  const change = async (topology: Partial<Topology>): Promise<UpResult> => {
    await environment.change({ ...baseTopology(shared), ...topology });
    return environment.up();
  };

  const changesOf = (result: UpResult) => namedChanges(result, environment.stack.name);

  test("exports label their Services, whose mirrors appear, and change nothing else", async () => {
    const result = await change({ exports: [web, flat, fed] });
    assert.deepEqual(changesOf(result), [
      "create FederatedReady federated-e2e.fed",
      "create ServiceExport east-export-e2e.fed",
      "create ServiceExport east-export-e2e.flat",
      "create ServiceExport east-export-e2e.web",
      "create ServiceExport west-export-e2e.fed",
    ]);
    for (const mirror of ["web-east", "flat-east"]) await appears(west, mirror);
    // Both members were labelled at the same moment: one of them is often left out.
    for (const [view, other] of [
      [west, "east"],
      [east, "west"],
    ] as const) {
      const { metadata } = await view.get<Service>(servicePath("fed-federated"));
      assert.equal(metadata.annotations?.["multicluster.linkerd.io/local-discovery"], "fed");
      const remote = metadata.annotations["multicluster.linkerd.io/remote-discovery"];
      assert.equal(remote, `fed@${other}`);
    }
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
  });

  test("an export that is taken out takes its labels and its mirrors with it", async () => {
    assert.deepEqual(changesOf(await change({ exports: [web, flat] })), [
      "delete FederatedReady federated-e2e.fed",
      "delete ServiceExport east-export-e2e.fed",
      "delete ServiceExport west-export-e2e.fed",
    ]);
    for (const cluster of [west, east]) {
      await disappears(cluster, servicePath("fed-federated"));
      const { metadata } = await cluster.get<Service>(servicePath("fed"));
      assert.deepEqual(metadata.labels ?? {}, {});
    }
    await appears(west, "web-east");
  });

  test("a Link that is taken out leaves nothing behind, on either side", async () => {
    // Labelled by a person, so that only the Link's end takes its mirror away.
    await createExported(east, "own", { "mirror.linkerd.io/exported": "true" });
    await appears(west, "own-east");
    const [, northAndEast] = baseTopology(shared).links;
    assert.ok(northAndEast);
    const result = await change({ links: [{ from: "east", to: "west" }, northAndEast] });
    const touched = changesOf(result);
    assert.deepEqual(
      touched.filter((change) => !change.startsWith("delete")),
      // East keeps its gateway, which north uses.
      ["update Release west-multicluster"],
    );
    const account = "linkerd-access-from-west";
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    for (const [cluster, path] of [
      [west, servicePath("own-east")],
      [west, servicePath("web-east")],
      [west, `/api/v1/namespaces/${namespace}/endpoints/own-east`],
      [west, `/api/v1/namespaces/${extension}/services/probe-east`],
      [west, `/api/v1/namespaces/${extension}/endpoints/probe-east`],
      [west, `/api/v1/namespaces/${extension}/secrets/cluster-credentials-east`],
      [west, "/api/v1/namespaces/linkerd/secrets/cluster-credentials-east"],
      [west, linkPath(extension, "east")],
      [west, `/apis/apps/v1/namespaces/${extension}/deployments/controller-east`],
      [west, leasePath(extension, "service-mirror-write-east")],
      [east, `/api/v1/namespaces/${extension}/serviceaccounts/${account}`],
      [east, `/api/v1/namespaces/${extension}/secrets/${account}.token-1`],
      [east, `${rbac}/clusterroles/${account}`],
      [east, `${rbac}/clusterrolebindings/${account}`],
    ] as const) {
      await disappears(cluster, path);
    }
    // The other direction is as it was.
    await east.get(linkPath(extension, "west"));
    assert.ok(result.proof.proved);
  });
}
