import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { injectorReady } from "../../../providers/mesh/injector-ready.ts";
import { linkReady, takenUp as waitTakenUp } from "../../../providers/mesh/link-ready.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import type { FakeKubernetes } from "./fake-kubernetes.ts";
import {
  controllerPod,
  leases,
  linkedCluster,
  linkInputs,
  links,
  logPath,
  metrics,
  metricsPath,
  ok,
  takenUp,
} from "./linked-cluster.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:LinkReady::west-east";
const core = "/api/v1/namespaces";

describe("LinkReady", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await linkedCluster();
  });
  afterEach(() => fake.stop());

  const link = () => linkInputs(fake);

  it("waits until the service mirror has taken the Link up", async () => {
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

  it("fails at once where the service mirror, or what it needs, is scaled to 0", async () => {
    const { context } = testContext();
    const create = () => linkReady.create({ urn, inputs: link() }, context);
    fake.remove(`${core}/linkerd-multicluster/pods/controller-east-1`);
    const deployments = "/apis/apps/v1/namespaces/linkerd-multicluster/deployments";
    fake.put(deployments, { metadata: { name: "controller-east" }, spec: { replicas: 0 } });
    await assert.rejects(
      create(),
      /the Deployment controller-east is scaled to 0\. Scale it back: kubectl -n linkerd-multicluster scale/,
    );
  });

  it("restarts a service mirror that is stuck on an earlier Link, once", async () => {
    const { context, said } = testContext();
    fake.answers.set(logPath, ok(takenUp("uid-0", 2)));
    fake.onRequest = (method, asked) => {
      if (method !== "DELETE") return;
      assert.equal(asked, `${core}/linkerd-multicluster/pods/controller-east-1`);
      fake.answers.set(logPath, ok(takenUp("uid-1", 2)));
      const lease = { name: "service-mirror-write-east" };
      fake.put(leases, { metadata: lease, spec: { holderIdentity: "controller-east-2" } });
      fake.put(`${core}/linkerd-multicluster/pods`, controllerPod("controller-east-2"));
      for (const own of ["/log", ":9999/proxy/metrics"]) {
        const pod = `${core}/linkerd-multicluster/pods/controller-east-`;
        fake.answers.set(`${pod}2${own}`, fake.answers.get(`${pod}1${own}`) ?? ok(""));
      }
    };
    const patience = { serviceMirror: 200, discovery: 200 };
    const outputs = await waitTakenUp(link(), context, patience);
    assert.equal(outputs["controllerPod"], "controller-east-2");
    assert.equal(fake.requests.filter((request) => request.startsWith("DELETE")).length, 1);
    assert.match(
      said.join("\n"),
      /still works on an earlier Link[^]*restarting the service mirror/,
    );
  });

  it("gives a service mirror time to take a Link up before it restarts it", async () => {
    const { context } = testContext();
    let asked = 0;
    fake.answers.set(logPath, () => {
      asked += 1;
      return ok(takenUp("uid-1", asked < 4 ? 1 : 2));
    });
    await waitTakenUp(link(), context, { serviceMirror: 60_000, discovery: 60_000 });
    assert.ok(!fake.requests.some((request) => request.startsWith("DELETE")));
  });

  it("restarts linkerd-destination where it doesn't watch the target, once", async () => {
    const { context, said } = testContext();
    const deployment = "/apis/apps/v1/namespaces/linkerd/deployments";
    fake.put(deployment, {
      metadata: { name: "linkerd-destination", resourceVersion: "1" },
      status: { replicas: 1, updatedReplicas: 1 },
    });
    for (const pod of ["destination-1", "destination-2"]) {
      fake.put(`${core}/linkerd/pods`, {
        metadata: { name: pod, labels: { "linkerd.io/control-plane-component": "destination" } },
      });
    }
    const metricsOf = (pod: string) => `${core}/linkerd/pods/${pod}:9996/proxy/metrics`;
    fake.answers.set(metricsOf("destination-1"), ok('service_cache_size{cluster="east"} 3\n'));
    fake.answers.set(metricsOf("destination-2"), ok('service_cache_size{cluster="local"} 3\n'));
    fake.onRequest = (method, asked) => {
      if (method !== "PATCH") return;
      assert.equal(asked, `${deployment}/linkerd-destination`);
      fake.answers.set(metricsOf("destination-2"), ok('service_cache_size{cluster="east"} 3\n'));
    };
    const patience = { serviceMirror: 200, discovery: 200 };
    const wait = () => waitTakenUp({ ...link(), discovery: true }, context, patience);
    // The other one represents another Link of the same source.
    const [outputs] = await Promise.all([wait(), wait()]);
    assert.equal(outputs["trouble"], "");
    assert.equal(fake.get(`${deployment}/linkerd-destination`)?.metadata.resourceVersion, "2");
    const template = fake.get(`${deployment}/linkerd-destination`)?.["spec"];
    assert.match(JSON.stringify(template), /"kubectl.kubernetes.io\/restartedAt":"20/);
    assert.match(said.join("\n"), /pod destination-2 does not watch east/);
    assert.ok(!said.join("\n").includes("destination-1"));
  });

  it("does not ask linkerd-destination for a Link that goes through the gateway", async () => {
    await waitTakenUp({ ...link(), discovery: false }, testContext().context);
    assert.ok(!fake.requests.some((request) => request.includes("/namespaces/linkerd/")));
  });

  it("read: what holds no longer is drift, which the next update waits for again", async () => {
    const outputs = { ...link(), controllerPod: "p", trouble: "" };
    const request = { id: "x", urn, inputs: link(), outputs };
    const diff = (oldOutputs: PropertyMap) =>
      linkReady.diff({ id: "x", urn, oldInputs: link(), oldOutputs, newInputs: link() });
    const well = await linkReady.read(request, testContext().context);
    assert.ok(well);
    assert.deepEqual((await diff(well.outputs)).changes, {});
    fake.answers.set(metricsPath, ok(metrics({})));
    const ill = await linkReady.read(request, testContext().context);
    assert.ok(ill);
    assert.match(ill.outputs["trouble"] as string, /has not read the Link yet/);
    assert.deepEqual((await diff(ill.outputs)).changes, { trouble: { kind: "update" } });
  });

  it("read: unchanged while the Link is there, gone with it, gone with the cluster", async () => {
    const request = { id: "x", urn, inputs: link(), outputs: { ...link(), controllerPod: "p" } };
    const found = await linkReady.read(request, testContext().context);
    assert.equal(found?.id, "x");
    assert.equal(found.outputs["controllerPod"], "controller-east-1");
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
});
