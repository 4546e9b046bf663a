import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { contentsOf } from "../../../environments/losses.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

describe("what is in a cluster that would be taken away", () => {
  let directory: string;
  let kubeconfigPath: string;
  let kubernetes: FakeKubernetes;
  before(async () => {
    directory = await temporaryDirectory("contents");
    kubeconfigPath = path.join(directory, "kubeconfig");
  });
  beforeEach(async () => {
    kubernetes = await FakeKubernetes.start();
    const config = {
      clusters: [
        { name: "c", cluster: { server: kubernetes.address, "insecure-skip-tls-verify": true } },
      ],
      users: [{ name: "c", user: { token: "hunter2" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
      "current-context": "c",
    };
    await writeFile(kubeconfigPath, JSON.stringify(config));
  });
  afterEach(() => kubernetes.stop());
  after(() => rm(directory, { recursive: true }));

  const run = (namespace: string, ...names: string[]): void => {
    for (const name of names) {
      kubernetes.put("/api/v1/pods", { metadata: { name, namespace } });
    }
  };

  it("is a number of pods for each namespace that is somebody's", async () => {
    run("shop", "cart", "till");
    run("kube-system", "etcd");
    run("linkerd", "linkerd-identity");
    run("bank", "vault");
    assert.equal(await contentsOf({ kubeconfigPath }), "pods in it: 2 in shop, 1 in bank");
  });

  it("is counted page by page, so that a large cluster answers in time", async () => {
    const pages = new Map([
      ["", { metadata: { continue: "2" }, items: [{ metadata: { namespace: "shop" } }] }],
      ["2", { metadata: {}, items: [{ metadata: { namespace: "bank" } }] }],
    ]);
    const limits: (string | null)[] = [];
    kubernetes.answers.set("/api/v1/pods", (_body, query) => {
      limits.push(query.get("limit"));
      return { status: 200, body: pages.get(query.get("continue") ?? "") };
    });
    assert.equal(await contentsOf({ kubeconfigPath }), "pods in it: 1 in shop, 1 in bank");
    assert.deepEqual(limits, ["500", "500"]);
  });

  it("may be nothing of anybody's", async () => {
    run("kube-system", "etcd");
    run("linkerd-multicluster", "gateway");
    const nothing = "it has no pods except those of Kubernetes and Linkerd";
    assert.equal(await contentsOf({ kubeconfigPath }), nothing);
  });

  it("is never nothing where it can't be seen", async () => {
    await kubernetes.stop();
    assert.match(await contentsOf({ kubeconfigPath }), /^its contents can't be read \(.+\)$/);
    assert.equal(
      await contentsOf({ kubeconfigPath: undefined }),
      "its contents can't be read (it is unfinished)",
    );
  });
});
