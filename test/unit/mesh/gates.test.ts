import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "node:test";
import { injectorReady } from "../../../providers/mesh/injector-ready.ts";
import { linkReady } from "../../../providers/mesh/link-ready.ts";
import { mirrorCleanup } from "../../../providers/mesh/mirror-cleanup.ts";
import { serviceExport } from "../../../providers/mesh/service-export.ts";
import { meshProvider } from "../../../providers/mesh/provider.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { packageSchema, Secret, unknown } from "../../../providers/server/index.ts";
import { defaultKubeconfigPath } from "../../../system/state-directory.ts";
import { testContext } from "./context.ts";
import type { FakeKubernetes } from "./fake-kubernetes.ts";
import { linkedCluster, linkInputs, ok, proxy } from "./linked-cluster.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:LinkReady::west-east";
const core = "/api/v1/namespaces";
const pods = `${core}/default/pods`;
const injector = "/apis/apps/v1/namespaces/linkerd/deployments/linkerd-proxy-injector";

const settledInjector = {
  metadata: { name: "linkerd-proxy-injector", generation: 2 },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 },
};

function putInjector(fake: FakeKubernetes, status: object): void {
  fake.put(path.dirname(injector), {
    ...settledInjector,
    status: { ...settledInjector.status, ...status },
  });
}

describe("gates", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await linkedCluster();
    fake.put(path.dirname(injector), settledInjector);
  });
  afterEach(() => fake.stop());

  const link = (): PropertyMap => linkInputs(fake);

  it("InjectorReady waits until a dry run comes back with the proxy", async () => {
    let asked = 0;
    fake.answers.set(pods, () => {
      asked += 1;
      if (asked === 1) return { status: 403, body: { reason: "Forbidden", message: "no account" } };
      const containers = [{ name: "test" }, ...(asked === 2 ? [] : [proxy()])];
      return ok({ metadata: { name: "test" }, spec: { containers } });
    });
    const { context, said } = testContext();
    const inputs = { kubeconfig: fake.kubeconfig, triggers: [] };
    const { outputs } = await injectorReady.create({ urn, inputs }, context);
    assert.equal(outputs["proxyImage"], "localhost/no-data-plane/proxy:edge-26.1.1");
    assert.equal(asked, 3);
    assert.deepEqual(
      fake.requests.filter((request) => request !== `GET ${injector}`),
      Array(3).fill(`POST ${pods}`),
    );
    assert.match(said.join("\n"), /403 Forbidden: no account/);
    assert.match(said.join("\n"), /a pod without linkerd-proxy \(containers: test\)/);
    assert.ok(outputs["kubeconfig"] instanceof Secret);
    assert.ok(!JSON.stringify([outputs, said]).includes("hunter2"));
  });

  it("goes by the kubeconfig's file, and keeps nothing of what is in it", async (t) => {
    const directory = await mkdtemp(path.join(tmpdir(), "linkerd-topology-gates-"));
    const before = process.env["XDG_STATE_HOME"];
    process.env["XDG_STATE_HOME"] = directory;
    t.after(() => {
      if (before === undefined) delete process.env["XDG_STATE_HOME"];
      else process.env["XDG_STATE_HOME"] = before;
    });
    const kubeconfigPath = defaultKubeconfigPath("project/lab", "lab-west");
    await mkdir(path.dirname(kubeconfigPath), { recursive: true });
    await writeFile(kubeconfigPath, fake.kubeconfig);
    const inputs: PropertyMap = { ...link(), kubeconfigPath };
    delete inputs["kubeconfig"];
    const { id, outputs } = await linkReady.create({ urn, inputs }, testContext().context);
    assert.ok(!JSON.stringify(outputs).includes("hunter2"));
    assert.ok(!("kubeconfig" in outputs));
    const request = { id, urn, inputs, outputs };
    assert.ok(await linkReady.read(request, testContext().context));
    // The refresh of the kind cluster writes its file again meanwhile.
    await rm(kubeconfigPath);
    const reading = linkReady.read(request, testContext().context);
    await sleep(100);
    // As the provider writes it: nobody sees half of it.
    await writeFile(`${kubeconfigPath}.new`, fake.kubeconfig);
    await rename(`${kubeconfigPath}.new`, kubeconfigPath);
    assert.ok(await reading);
    await rm(directory, { recursive: true });
    assert.equal(await linkReady.read(request, testContext().context), undefined);
    // Of a cluster that the package did not make a lost file tells nothing.
    const outputsThere = { ...outputs, clusterUid: fake.uid };
    await assert.rejects(
      async () => linkReady.read({ ...request, outputs: outputsThere }, testContext().context),
      /there is no kubeconfig file.*Nothing was changed: .*PULUMI_K8S_DELETE_UNREACHABLE=true/,
    );
    // States of earlier versions have no UID; the file of an existing cluster is a person's.
    const others = { ...outputs, kubeconfigPath: path.join(directory, "staging.kubeconfig") };
    await assert.rejects(
      async () => linkReady.read({ ...request, outputs: others }, testContext().context),
      /there is no kubeconfig file.*Nothing was changed/,
    );
  });

  it("a person's cluster that doesn't answer is never gone, also in states without its UID", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "linkerd-topology-gates-"));
    const kubeconfigPath = path.join(directory, "staging.kubeconfig");
    const closed = fake.kubeconfig.replaceAll(fake.address, "http://127.0.0.1:1");
    await writeFile(kubeconfigPath, closed);
    const outputs = { ...link(), kubeconfigPath };
    delete (outputs as PropertyMap)["kubeconfig"];
    const request = { id: "link-ready", urn, inputs: outputs, outputs };
    await assert.rejects(
      async () => linkReady.read(request, testContext().context),
      /no answer to .*Nothing was changed: .*PULUMI_K8S_DELETE_UNREACHABLE=true/,
    );
    await rm(directory, { recursive: true });
  });

  it("InjectorReady asks no injector of an earlier release", async () => {
    putInjector(fake, { replicas: 2, updatedReplicas: 1 });
    fake.answers.set(pods, () => {
      assert.equal(fake.get(injector)?.["status"], settledInjector.status);
      return ok({ metadata: {}, spec: { containers: [{ name: "test" }, proxy()] } });
    });
    let asked = 0;
    fake.onRequest = (_, asking) => {
      if (asking === injector && ++asked === 3) fake.put(path.dirname(injector), settledInjector);
    };
    const { context, said } = testContext();
    await injectorReady.create({ urn, inputs: { kubeconfig: fake.kubeconfig } }, context);
    assert.match(said.join("\n"), /pods of an earlier linkerd-proxy-injector still serve/);
  });

  it("InjectorReady sees a proxy that is a native sidecar", async () => {
    fake.answers.set(
      pods,
      ok({ metadata: {}, spec: { containers: [{ name: "test" }], initContainers: [proxy("p")] } }),
    );
    const { outputs } = await injectorReady.create(
      { urn, inputs: { kubeconfig: fake.kubeconfig } },
      testContext().context,
    );
    assert.equal(outputs["proxyImage"], "p");
  });

  it("stops waiting at once when it is told to, and says what it saw", async () => {
    fake.answers.set(pods, ok({ metadata: {}, spec: { containers: [{ name: "test" }] } }));
    const controller = new AbortController();
    const { context, said } = testContext(controller.signal);
    const created = injectorReady.create({ urn, inputs: { kubeconfig: fake.kubeconfig } }, context);
    fake.onRequest = () => {
      if (said.length > 0) controller.abort(new Error("interrupted"));
    };
    await assert.rejects(created, /given up: interrupted\. Seen last: a pod without linkerd-proxy/);
  });

  it("refused credentials end the wait at once", async () => {
    fake.answers.set(pods, {
      status: 401,
      body: { reason: "Unauthorized", message: "Unauthorized" },
    });
    await assert.rejects(
      injectorReady.create({ urn, inputs: { kubeconfig: fake.kubeconfig } }, testContext().context),
      /the credentials are refused\. Seen last: POST .*401 Unauthorized/,
    );
    assert.equal(fake.requests.filter((request) => request.startsWith("POST")).length, 1);
  });

  it("an unreadable kubeconfig is told of without its content", async () => {
    const broken = "clusters: [hunter2\n  token: :";
    await assert.rejects(
      injectorReady.create({ urn, inputs: { kubeconfig: broken } }, testContext().context),
      (error: Error) =>
        /not a kubeconfig/.test(error.message) && !error.message.includes("hunter2"),
    );
  });

  it("a context that the kubeconfig lacks is told of with those that it has", async () => {
    await assert.rejects(
      injectorReady.create(
        { urn, inputs: { kubeconfig: fake.kubeconfig, context: "kind-west" } },
        testContext().context,
      ),
      /has no context "kind-west"; it has "fake"/,
    );
  });

  it("check: tells what is missing, wrong and unknown; lets unknown values pass", async () => {
    const check = (news: PropertyMap) => linkReady.check({ urn, news, olds: {} });
    assert.deepEqual((await check({ gateway: "yes", triggers: [1], linq: "east" })).failures, [
      { property: "link", reason: "link: is missing" },
      { property: "gateway", reason: 'gateway: has to be true or false, not "yes"' },
      { property: "triggers[0]", reason: "triggers[0]: has to be a string, not 1" },
      { property: "linq", reason: 'linq: not a property of this resource; did you mean "link"?' },
      { property: "kubeconfigPath", reason: "kubeconfigPath: or kubeconfig has to be set" },
    ]);
    const both = await check({ ...link(), kubeconfigPath: "/west.kubeconfig" });
    assert.deepEqual(both.failures, [
      {
        property: "kubeconfigPath",
        reason: "kubeconfigPath: and kubeconfig exclude each other",
      },
    ]);
    const good = await check({ kubeconfig: unknown, link: "east", gateway: false });
    assert.deepEqual(good.failures, []);
    assert.equal(good.inputs["namespace"], "linkerd-multicluster");
  });

  it("the package's schema names the gates with their inputs, the kubeconfig as a secret", () => {
    const schema = packageSchema(meshProvider);
    for (const { type } of [injectorReady, linkReady, mirrorCleanup, serviceExport]) {
      const resource = schema.resources[type];
      assert.ok(resource, type);
      assert.equal(resource.inputProperties["kubeconfig"]?.secret, true);
      assert.equal(resource.inputProperties["kubeconfigPath"]?.secret, undefined);
      assert.ok(!resource.requiredInputs.includes("context"));
    }
  });
});
