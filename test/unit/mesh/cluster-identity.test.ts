import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { assertEach } from "../../assert-each.ts";
import { clusterGuard, clusterIdentity } from "../../../providers/mesh/cluster-identity.ts";
import { injectorReady } from "../../../providers/mesh/injector-ready.ts";
import { cleanUp } from "../../../providers/mesh/mirror-cleanup.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { unknown } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

describe("the identity of a cluster that exists", () => {
  let a: FakeKubernetes;
  let b: FakeKubernetes;
  let directory: string;
  let kubeconfigPath: string;
  const { context } = testContext();
  const { urn } = context;
  beforeEach(async () => {
    [a, b] = [await FakeKubernetes.start(), await FakeKubernetes.start()];
    directory = await mkdtemp(path.join(tmpdir(), "linkerd-topology-identity-"));
    kubeconfigPath = path.join(directory, "both.kubeconfig");
    await write({ a, b }, "a");
  });
  afterEach(async () => {
    await Promise.all([a.stop(), b.stop(), rm(directory, { recursive: true })]);
  });

  /** One file, a context for each cluster. */
  const write = (clusters: Record<string, FakeKubernetes>, current: string): Promise<void> =>
    writeFile(
      kubeconfigPath,
      JSON.stringify({
        clusters: Object.entries(clusters).map(([name, { address }]) => ({
          name,
          cluster: { server: address, "insecure-skip-tls-verify": true },
        })),
        users: [{ name: "me", user: { token: "hunter2" } }],
        contexts: Object.keys(clusters).map((name) => ({
          name,
          context: { cluster: name, user: "me" },
        })),
        "current-context": current,
      }),
    );
  const inputs = (named?: string): PropertyMap => ({
    kubeconfigPath,
    ...(named !== undefined && { context: named }),
  });
  const create = async (named?: string) =>
    (await clusterIdentity.create({ urn, inputs: inputs(named) }, context)).outputs;
  const diff = async (oldOutputs: PropertyMap, before?: string, after?: string) =>
    (
      await clusterIdentity.diff({
        id: "x",
        urn,
        oldInputs: inputs(before),
        oldOutputs,
        newInputs: inputs(after),
      })
    ).changes;

  it("is the UID of kube-system and the context that was current at the first contact", async () => {
    const outputs = await create();
    assert.equal(outputs["uid"], a.uid);
    assert.equal(outputs["usedContext"], "a");
    assert.deepEqual(await clusterIdentity.preview?.(inputs(), undefined), outputs);
    assert.equal((await create("b"))["uid"], b.uid);
    const later = await clusterIdentity.preview?.({ kubeconfigPath: unknown }, undefined);
    assert.equal(later?.["uid"], unknown);
  });

  it("stays when another context becomes the current one", async () => {
    const outputs = await create();
    await write({ a, b }, "b");
    assert.deepEqual(await diff(outputs), {});
    assert.deepEqual(b.requests, []);
  });

  it("is replaced where the topology names the context of another cluster", async () => {
    const outputs = await create();
    const changes = await diff(outputs, undefined, "b");
    assert.deepEqual(changes["uid"], { kind: "update", replace: true });
    const named = await create("a");
    assert.deepEqual((await diff(named, "a", "b"))["uid"], { kind: "update", replace: true });
  });

  it("is the same by another name of the context", async () => {
    const outputs = await create();
    await write({ alpha: a, b }, "b");
    await assert.rejects(diff(outputs), /context "a" of .* no longer exists; there are alpha, b/);
    const changes = await diff(outputs, undefined, "alpha");
    assert.deepEqual(changes["usedContext"], { kind: "update" });
    assertEach(
      "changes that replace nothing",
      Object.values(changes),
      ({ replace }) => replace !== true,
    );
  });

  it("refuses another cluster behind the same context, which nobody asked for", async () => {
    for (const named of [undefined, "a"]) {
      const outputs = await create(named);
      await write({ a: b, b: a }, "a");
      await assert.rejects(
        diff(outputs, named, named),
        /leads to a different cluster.*Nothing was changed/,
      );
      const read = { id: "x", urn, inputs: inputs(named), outputs };
      await assert.rejects(async () => clusterIdentity.read(read, context), /another cluster/);
      await write({ a, b }, "a");
      assert.equal((await clusterIdentity.read(read, context))?.outputs["uid"], a.uid);
    }
  });

  it("is refused where it can't be looked at", async () => {
    const outputs = await create();
    a.answers.set("/api/v1/namespaces/kube-system", { status: 403, body: "forbidden" });
    await assert.rejects(diff(outputs), /unknown which cluster answers/);
    await rm(kubeconfigPath);
    await assert.rejects(diff(outputs), /there is no kubeconfig file/);
    await assert.rejects(create(), /there is no kubeconfig file/);
    await write({ a, b }, "");
    await assert.rejects(create(), /has no current context/);
  });

  describe("in what is made there", () => {
    const gate = async (named: string): Promise<PropertyMap> => {
      const { uid = "", usedContext = "" } = await create(named);
      return { kubeconfigPath, context: usedContext, clusterUid: uid };
    };
    const remove = async (outputs: PropertyMap): Promise<void> =>
      clusterGuard.delete({ id: "x", urn, inputs: outputs, outputs }, context);

    it("is compared before anything is deleted", async () => {
      const outputs = await gate("a");
      await remove(outputs);
      await write({ a: b, b: a }, "a");
      await assert.rejects(remove(outputs), /another cluster/);
      await rm(kubeconfigPath);
      await assert.rejects(remove(outputs), /there is no kubeconfig/);
    });

    it("lets a cluster that doesn't answer count as gone only where a person says so", async () => {
      const outputs = { ...(await gate("a")), namespace: "linkerd-multicluster", link: "east" };
      await a.stop();
      await assert.rejects(
        cleanUp(outputs, context, 300),
        /can't be removed: no answer .*Nothing was changed.*PULUMI_K8S_DELETE_UNREACHABLE=true/,
      );
      process.env["PULUMI_K8S_DELETE_UNREACHABLE"] = "true";
      try {
        await cleanUp(outputs, context, 300);
      } finally {
        delete process.env["PULUMI_K8S_DELETE_UNREACHABLE"];
      }
      a = await FakeKubernetes.start();
    });

    it("makes another resource of what is in another cluster, and of what was not noted the same", async () => {
      const [former, later] = [await gate("a"), await gate("b")];
      const changes = async (oldInputs: PropertyMap) =>
        (await injectorReady.diff({ id: "x", urn, oldInputs, oldOutputs: {}, newInputs: later }))
          .changes;
      assert.equal((await changes(former))["clusterUid"]?.replace, true);
      const earlier = { ...former };
      delete earlier["clusterUid"];
      assertEach(
        "changes that replace nothing",
        Object.values(await changes(earlier)),
        ({ replace }) => replace !== true,
      );
    });

    it("is missed where an earlier version noted none and the file has several contexts", async () => {
      const earlier = { kubeconfigPath, namespace: "linkerd-multicluster", link: "east" };
      await assert.rejects(
        cleanUp(earlier, context, 300),
        /which of the contexts of .*\(a, b; current is a\)/,
      );
      assert.deepEqual([...a.requests, ...b.requests], []);
      await write({ a }, "a");
      await cleanUp(earlier, context, 300);
    });
  });
});
