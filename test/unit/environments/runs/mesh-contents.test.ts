import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import {
  contentsOf,
  readNewMesh,
  resetMesh,
  writeNewMesh,
} from "../../../../environments/runs/mesh-contents.ts";
import type { NewMesh } from "../../../../environments/runs/mesh-contents.ts";
import { temporaryDirectory } from "../../../temporary.ts";
import type { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";
import { ok } from "../../mesh/linked-cluster.ts";
import { startNewCluster, webhooks } from "./new-cluster.ts";

describe("what a run left in a mesh", { timeout: 120_000 }, () => {
  let directory = "";
  let west: FakeKubernetes;
  let newMesh: NewMesh;

  before(async () => {
    directory = await temporaryDirectory("mesh-contents");
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    west = await startNewCluster();
    const kubeconfigPath = path.join(directory, "west");
    await writeFile(kubeconfigPath, west.kubeconfig);
    const mesh = { clusters: [{ name: "west", kubeconfigPath, context: "fake", uid: west.uid }] };
    await writeNewMesh(directory, { mesh, contents: await contentsOf(mesh) });
    newMesh = await readNewMesh(directory);
    west.requests.length = 0;
  });
  afterEach(() => west.stop());

  const deleted = () => west.requests.filter((one) => one.startsWith("DELETE ")).sort();

  test("is nothing in a mesh that nobody has touched", async () => {
    assert.deepEqual(await resetMesh(newMesh), []);
    assert.deepEqual(deleted(), []);
  });

  test("goes: namespaces, what is in none, and what is in `default`; all else stays", async () => {
    west.put("/api/v1/namespaces", { metadata: { name: "shop" } });
    west.put("/api/v1/namespaces/default/secrets", { metadata: { name: "theirs" } });
    west.put(webhooks, { metadata: { name: "theirs" } });
    // Nobody looks into other namespaces of the mesh, or at what clusters make by themselves.
    west.put("/api/v1/namespaces/linkerd/secrets", { metadata: { name: "theirs" } });
    west.put("/api/v1/nodes", { metadata: { name: "another" } });
    assert.deepEqual([...(await resetMesh(newMesh))].sort(), [
      "west: /api/v1/namespaces/default/secrets/theirs",
      "west: /api/v1/namespaces/shop",
      `west: ${webhooks}/theirs`,
    ]);
    assert.deepEqual(deleted(), [
      "DELETE /api/v1/namespaces/default/secrets/theirs",
      "DELETE /api/v1/namespaces/shop",
      `DELETE ${webhooks}/theirs`,
    ]);
    for (const kept of [
      "/api/v1/namespaces/linkerd",
      "/api/v1/namespaces/default/secrets/own",
      `${webhooks}/linkerd-proxy-injector`,
    ]) {
      assert.ok(west.has(kept), kept);
    }
  });

  test("is waited for: what is being deleted, and what goes with its owner", async () => {
    const owned = "/api/v1/namespaces/default/pods";
    const pod = { name: "web-1", ownerReferences: [{ kind: "ReplicaSet", name: "web" }] };
    west.put(owned, { metadata: pod });
    const leaving = { name: "leaving", deletionTimestamp: "2026-01-01T00:00:00Z" };
    west.put("/api/v1/namespaces", { metadata: leaving });
    let looks = 0;
    west.onRequest = (method, asked) => {
      if (method === "GET" && asked === "/apis" && ++looks === 3) {
        west.remove(`${owned}/web-1`);
        west.remove("/api/v1/namespaces/leaving");
      }
    };
    assert.deepEqual(await resetMesh(newMesh), []);
    assert.equal(looks, 3);
    assert.deepEqual(deleted(), []);
  });

  test("is not only what could be listed: an API that doesn't answer is waited for", async () => {
    const root = "/apis/admissionregistration.k8s.io/v1";
    const answer = west.answers.get(root);
    assert.ok(answer !== undefined);
    west.answers.set(root, { status: 503, body: { kind: "Status", reason: "Unavailable" } });
    west.put(webhooks, { metadata: { name: "theirs" } });
    const reset = resetMesh(newMesh);
    setTimeout(() => west.answers.set(root, answer), 1_000);
    assert.deepEqual(await reset, [`west: ${webhooks}/theirs`]);
    west.answers.set(root, { status: 503, body: { kind: "Status", reason: "Unavailable" } });
    await assert.rejects(contentsOf(newMesh.mesh), /west: .*admissionregistration/);
  });

  test("stays in a cluster that is another one than it was, or that nobody knows", async () => {
    west.put("/api/v1/namespaces", { metadata: { name: "shop" } });
    west.put("/api/v1/namespaces", { metadata: { name: "kube-system", uid: "of-another" } });
    await assert.rejects(resetMesh(newMesh), /of-another/);
    await assert.rejects(resetMesh({ ...newMesh, contents: {} }), /nobody knows what west had/);
    assert.deepEqual(deleted(), []);
  });

  test("can't be told where the file about the new mesh is damaged", async () => {
    await writeFile(path.join(directory, "new-mesh.json"), `{"clusters":[{"name":"west"}]}`);
    await assert.rejects(readNewMesh(directory), /kubeconfigPath/);
    await writeFile(path.join(directory, "new-mesh.json"), "");
    await assert.rejects(readNewMesh(directory));
  });

  test("can't be told where a cluster doesn't answer: nobody waits for it", async () => {
    west.answers.set("/apis", { status: 500, body: {} });
    const begun = performance.now();
    await assert.rejects(resetMesh(newMesh));
    assert.ok(performance.now() - begun < 20_000);
    west.answers.set("/apis", ok({ groups: [] }));
  });
});
