import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { assertEach } from "../../assert-each.ts";
import { refuseOtherClusters } from "../../../environments/same-clusters.ts";
import type { State, StateResource } from "../../../environments/state.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

const urn = (type: string, name: string): string =>
  `urn:pulumi:lab::linkerd-topology::${type}::${name}`;

describe("the clusters of a state", () => {
  let directory: string;
  let kubeconfigPath: string;
  let [a, b] = [] as unknown as [FakeKubernetes, FakeKubernetes];
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "same-clusters-test-"));
    kubeconfigPath = path.join(directory, "both.kubeconfig");
  });
  beforeEach(async () => {
    [a, b] = [await FakeKubernetes.start(), await FakeKubernetes.start()];
    a.put("/api/v1/namespaces", { metadata: { name: "linkerd", uid: "linkerd-in-a" } });
    await use("a");
  });
  afterEach(() => Promise.all([a.stop(), b.stop()]));
  after(() => rm(directory, { recursive: true }));

  const use = (current: string): Promise<void> =>
    writeFile(
      kubeconfigPath,
      JSON.stringify({
        clusters: [
          { name: "a", cluster: { server: a.address, "insecure-skip-tls-verify": true } },
          { name: "b", cluster: { server: b.address, "insecure-skip-tls-verify": true } },
        ],
        users: [{ name: "me", user: { token: "hunter2" } }],
        contexts: ["a", "b"].map((name) => ({ name, context: { cluster: name, user: "me" } })),
        "current-context": current,
      }),
    );
  const state = (...resources: Pick<StateResource, "urn" | "outputs" | "provider">[]): State => ({
    version: 3,
    deployment: {
      resources: resources.map((one) => ({ custom: true, ...one })),
    },
  });
  const noted = (uid: string) =>
    state(
      {
        urn: urn("linkerd-topology:index:ClusterIdentity", "lab-staging"),
        outputs: { kubeconfigPath, usedContext: "a", uid },
      },
      {
        urn: urn("linkerd-topology:index:Vacancy", "lab-staging"),
        outputs: { kubeconfigPath, context: "a", clusterUid: uid },
      },
    );
  const earlier = () =>
    state(
      { urn: urn("linkerd-topology:index:Vacancy", "lab-staging"), outputs: { kubeconfigPath } },
      {
        urn: urn("kubernetes:core/v1:Namespace", "lab-staging-control-plane"),
        provider: `${urn("pulumi:providers:kubernetes", "lab-staging")}::some-id`,
        outputs: { metadata: { name: "linkerd", uid: "linkerd-in-a" } },
      },
    );
  const refused = /lab-staging: .*leads to a different cluster/;

  test("are compared by what was noted, whatever the current context is", async () => {
    await refuseOtherClusters(noted(a.uid));
    await use("b");
    await refuseOtherClusters(noted(a.uid));
    assert.deepEqual(b.requests, []);
    await assert.rejects(refuseOtherClusters(noted("another")), refused);
  });

  test("that an earlier version noted nothing of are known by the namespaces made there", async () => {
    await refuseOtherClusters(earlier());
    await use("b");
    await assert.rejects(refuseOtherClusters(earlier()), /lab-staging: .*has no namespace linkerd/);
    b.put("/api/v1/namespaces", { metadata: { name: "linkerd", uid: "linkerd-in-b" } });
    await assert.rejects(refuseOtherClusters(earlier()), /has another namespace linkerd/);
    for (const { requests } of [a, b]) {
      assertEach("requests that only look", requests, (request) => request.startsWith("GET"));
    }
  });

  test("that can't be asked are left to whatever has to be done in them", async () => {
    await a.stop();
    await refuseOtherClusters(noted(a.uid));
    a = await FakeKubernetes.start();
  });
});
