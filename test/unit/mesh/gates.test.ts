import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { injectorReady } from "../../../providers/mesh/injector-ready.ts";
import { linkReady } from "../../../providers/mesh/link-ready.ts";
import { mirrorCleanup } from "../../../providers/mesh/mirror-cleanup.ts";
import { meshProvider } from "../../../providers/mesh/provider.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { packageSchema, Secret, unknown } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import type { FakeKubernetes } from "./fake-kubernetes.ts";
import { linkedCluster, links, metrics, metricsPath, ok, proxy } from "./linked-cluster.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:LinkReady::west-east";
const pods = "/api/v1/namespaces/default/pods";

describe("gates", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await linkedCluster();
  });
  afterEach(() => fake.stop());

  const link = (): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    namespace: "linkerd-multicluster",
    link: "east",
    gateway: true,
    triggers: [],
  });

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
    assert.deepEqual(fake.requests, Array(3).fill(`POST ${pods}`));
    assert.match(said.join("\n"), /403 Forbidden: no account/);
    assert.match(said.join("\n"), /a pod without linkerd-proxy \(containers: test\)/);
    assert.ok(outputs["kubeconfig"] instanceof Secret);
    assert.ok(!JSON.stringify([outputs, said]).includes("hunter2"));
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
    assert.equal(fake.requests.length, 1);
  });

  it("an unreadable kubeconfig is told of without its content", async () => {
    const broken = "clusters: [hunter2\n  token: :";
    await assert.rejects(
      injectorReady.create({ urn, inputs: { kubeconfig: broken } }, testContext().context),
      (error: Error) => /no kubeconfig/.test(error.message) && !error.message.includes("hunter2"),
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

  it("LinkReady waits until the service mirror has taken the Link up", async () => {
    const { context, said } = testContext();
    let asked = 0;
    fake.answers.set(metricsPath, () => {
      asked += 1;
      return ok(asked < 3 ? metrics({}) : metrics({ services: 2, enabled: 1 }));
    });
    const { id, outputs } = await linkReady.create({ urn, inputs: link() }, context);
    assert.equal(id, "linkerd-multicluster/east");
    assert.equal(outputs["controllerPod"], "controller-east-1");
    assert.deepEqual(said, [
      "waiting for the service mirror: pod controller-east-1 has not read the Link yet",
    ]);
  });

  it("read: unchanged while the Link is there, gone with it, gone with the cluster", async () => {
    const request = { id: "x", urn, inputs: link(), outputs: { ...link(), controllerPod: "p" } };
    const found = await linkReady.read(request, testContext().context);
    assert.equal(found?.id, "x");
    assert.equal(found.outputs["controllerPod"], "p");
    fake.remove(`${links}/east`);
    assert.equal(await linkReady.read(request, testContext().context), undefined);
    const elsewhere = link();
    await fake.stop();
    const gone = { ...request, outputs: elsewhere };
    assert.equal(await linkReady.read(gone, testContext().context), undefined);
    assert.equal(await injectorReady.read(gone, testContext().context), undefined);
  });

  it("diff: triggers and kubeconfig wait again, another Link is another gate", async () => {
    const diff = (news: PropertyMap) =>
      linkReady.diff({
        id: "x",
        urn,
        oldInputs: link(),
        oldOutputs: link(),
        newInputs: { ...link(), ...news },
      });
    assert.deepEqual((await diff({})).changes, {});
    assert.deepEqual((await diff({ triggers: ["2"], kubeconfig: "k" })).changes, {
      triggers: { kind: "update", replace: false },
      kubeconfig: { kind: "update", replace: false },
    });
    assert.deepEqual((await diff({ link: "north", namespace: "n" })).changes, {
      link: { kind: "update", replace: true },
      namespace: { kind: "update", replace: true },
    });
  });

  it("check: tells what is missing, wrong and unknown; lets unknown values pass", async () => {
    const check = (news: PropertyMap) => linkReady.check({ urn, news, olds: {} });
    assert.deepEqual((await check({ gateway: "yes", triggers: [1], linq: "east" })).failures, [
      { property: "kubeconfig", reason: "is missing" },
      { property: "link", reason: "is missing" },
      { property: "gateway", reason: "must be true or false" },
      { property: "triggers", reason: "must be a list of strings" },
      {
        property: "linq",
        reason: "is not known; known are kubeconfig, context, namespace, link, gateway, triggers",
      },
    ]);
    const good = await check({ kubeconfig: unknown, link: "east", gateway: false });
    assert.deepEqual(good.failures, []);
    assert.equal(good.inputs["namespace"], "linkerd-multicluster");
  });

  it("the package's schema names the gates with their inputs, the kubeconfig as a secret", () => {
    const schema = JSON.parse(packageSchema(meshProvider)) as {
      resources: Record<
        string,
        { requiredInputs: string[]; inputProperties: Record<string, { secret?: boolean }> }
      >;
    };
    assert.deepEqual(Object.keys(schema.resources), [
      injectorReady.type,
      linkReady.type,
      mirrorCleanup.type,
    ]);
    for (const resource of Object.values(schema.resources)) {
      assert.equal(resource.inputProperties["kubeconfig"]?.secret, true);
      assert.ok(resource.requiredInputs.includes("kubeconfig"));
      assert.ok(!resource.requiredInputs.includes("context"));
    }
  });
});
