import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { UpResult } from "../../environments/up.ts";
import { resourceName, resourceType } from "../../environments/report/resource-words.ts";
import { timeLimits } from "../../planning/time-limits.ts";
import { connect } from "../../verification/kubernetes/connect.ts";
import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import type { Service } from "../../verification/kubernetes/objects.ts";
import { leasePath, linkPath } from "../../verification/names.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { createNamespace, isMissing, namespace, servicePath } from "./workload.ts";

const clusters = [
  { name: "west", network: "lab" },
  { name: "east", network: "lab" },
];
const links = [{ between: ["west", "east"] }];
const web = { service: "web", namespace, from: "east" };
const flat = { service: "flat", namespace, from: "east", as: "remote-discovery" };
const fed = { service: "fed", namespace, from: ["west", "east"], as: "federated" };
const extension = "linkerd-multicluster";

describe("changes of a running pair on one network", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let west: KubernetesApi;
  let east: KubernetesApi;

  const api = async (cluster: string) =>
    connect({ kubeconfigPath: await kubeconfigIn(environment.directory, cluster) });

  before(async () => {
    environment = await TestEnvironment.create("changes", { clusters, links });
    await environment.up();
    west = await api("west");
    east = await api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await Promise.all([
      createService(east, "web"),
      createService(east, "flat"),
      createService(east, "fed"),
      createService(west, "fed"),
    ]);
  });
  after(async () => {
    await environment.dispose();
  });

  /** What an `up` changed, as `create ServiceExport east-export-e2e.web`, sorted. */
  const changesOf = ({ steps }: UpResult): string[] =>
    steps
      .filter(({ operation }) => !["same", "read", "refresh"].includes(operation))
      .map(({ operation, urn }) => {
        const name = resourceName(urn).replace(`${environment.stack.name}-`, "");
        const type = resourceType(urn).split(":").at(-1) ?? "";
        return `${operation} ${type} ${name.replace(/-[0-9a-f]{8}(?=-|$)/, "")}`;
      })
      .sort();

  test("exports label their Services, whose mirrors appear, and change nothing else", async () => {
    await environment.change({ clusters, links, exports: [web, flat, fed] });
    const result = await environment.up();
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
    await environment.change({ clusters, links, exports: [web, flat] });
    assert.deepEqual(changesOf(await environment.up()), [
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

  test("a target that is made anew, its Links included, in one up", async () => {
    const anew = [clusters[0], { ...clusters[1], podSubnet: "10.250.0.0/21" }];
    await environment.change({ clusters: anew, links, exports: [web, flat] });
    const before = await west.get<Service>("/api/v1/namespaces/kube-system");
    const result = await environment.up();
    assert.ok(result.proof.proved);
    const touched = changesOf(result).filter((change) => / west/.test(change));
    assert.deepEqual(
      touched.filter((change) => !/ west-(to-east|pod-routes)/.test(change)),
      [],
      "in west nothing changes but the Link",
    );
    assert.equal(
      (await west.get<Service>("/api/v1/namespaces/kube-system")).metadata.uid,
      before.metadata.uid,
    );
    // The mirrors stood for Services of the cluster that was.
    east = await api("east");
    for (const mirror of ["web-east", "flat-east"]) await disappears(west, servicePath(mirror));
    await createNamespace(east);
    await Promise.all([createService(east, "web"), createService(east, "flat")]);
    assert.deepEqual(changesOf(await environment.up()), [
      "update ServiceExport east-export-e2e.flat",
      "update ServiceExport east-export-e2e.web",
    ]);
    for (const mirror of ["web-east", "flat-east"]) await appears(west, mirror);
  });

  test("a Link that is taken out leaves nothing behind, on either side", async () => {
    // Labelled by a person, so that only the Link's end takes its mirror away.
    await createService(east, "own", { "mirror.linkerd.io/exported": "true" });
    await appears(west, "own-east");
    const anew = [clusters[0], { ...clusters[1], podSubnet: "10.250.0.0/21" }];
    await environment.change({ clusters: anew, links: [{ from: "east", to: "west" }] });
    const result = await environment.up();
    const touched = changesOf(result);
    assert.deepEqual(
      touched.filter((change) => !change.startsWith("delete")),
      ["update Release east-multicluster", "update Release west-multicluster"],
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
});

async function createService(
  api: KubernetesApi,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await api.post(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name, labels },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  });
}

async function appears(api: KubernetesApi, service: string): Promise<void> {
  await eventually(`the mirror ${service}`, timeLimits.mirrorFollows, () =>
    api.get<Service>(servicePath(service)),
  );
}

async function disappears(api: KubernetesApi, path: string): Promise<void> {
  await eventually(`the end of ${path}`, timeLimits.mirrorFollows, async () =>
    (await isMissing(api, path)) ? true : undefined,
  );
}
