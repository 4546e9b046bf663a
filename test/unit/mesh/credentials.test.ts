import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { linkReady } from "../../../providers/mesh/link-ready.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import type { FakeKubernetes } from "./fake-kubernetes.ts";
import {
  controllerPod,
  linkedCluster,
  links,
  logPath,
  metrics,
  metricsPath,
  ok,
} from "./linked-cluster.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:LinkReady::west-east";
const linkerd = "/api/v1/namespaces/linkerd";
const extension = "/api/v1/namespaces/linkerd-multicluster";
const deployments = "/apis/apps/v1/namespaces";
const destination = `${deployments}/linkerd/deployments/linkerd-destination`;
const controller = `${deployments}/linkerd-multicluster/deployments/controller-east`;

describe("LinkReady, when credentials change", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await linkedCluster();
    for (const path of [destination, controller]) {
      const [collection, name = ""] = [
        path.slice(0, path.lastIndexOf("/")),
        path.split("/").at(-1),
      ];
      fake.put(collection, {
        metadata: { name, resourceVersion: "1" },
        status: { replicas: 1, updatedReplicas: 1 },
      });
    }
    fake.put(`${extension}/pods`, {
      ...controllerPod("controller-east-1"),
      metadata: {
        name: "controller-east-1",
        labels: { component: "controller", "mirror.linkerd.io/cluster-name": "east" },
      },
    });
    destinationPod("destination-1", "2026-01-06T10:00:00Z", 3);
    credentials("2026-01-06T12:00:00Z");
  });
  afterEach(() => fake.stop());

  /** Now, as the API server writes it. */
  const wholeSecond = () => `${new Date().toISOString().slice(0, 19)}Z`;

  const gate = (over: PropertyMap = {}): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    namespace: "linkerd-multicluster",
    link: "east",
    gateway: true,
    discovery: true,
    credentials: "token-1",
    revoked: false,
    triggers: [],
    ...over,
  });
  const update = (news: PropertyMap, context = testContext()) =>
    linkReady
      .update(
        {
          id: "linkerd-multicluster/east",
          urn,
          oldInputs: gate(),
          oldOutputs: { ...gate(), controllerPod: "controller-east-1", trouble: "" },
          newInputs: gate(news),
        },
        context.context,
      )
      .then((outputs) => ({ outputs, said: context.said.join("\n") }));

  function credentials(creationTimestamp: string): void {
    fake.put(`${linkerd}/secrets`, {
      metadata: { name: "cluster-credentials-east", creationTimestamp } as { name: string },
    });
  }

  /** At the beginning of a second, so that a restart at once would be in the same one. */
  async function credentialsJustNow(): Promise<void> {
    destinationPod("destination-1", "2026-01-06T09:00:00Z", 3);
    await sleep(1_000 - (Date.now() % 1_000));
    credentials(wholeSecond());
  }

  /** @param services how many of the target's it holds; undefined: it doesn't know the target */
  function destinationPod(name: string, creationTimestamp: string, services?: number): void {
    fake.put(`${linkerd}/pods`, {
      metadata: {
        name,
        creationTimestamp,
        labels: { "linkerd.io/control-plane-component": "destination" },
      } as { name: string },
    });
    fake.answers.set(
      `${linkerd}/pods/${name}:9996/proxy/metrics`,
      ok(services === undefined ? "" : `service_cache_size{cluster="east"} ${String(services)}\n`),
    );
  }

  const patches = () => fake.requests.filter((request) => request.startsWith("PATCH"));

  it("has linkerd-destination recreated, and waits until no pod is older than they", async () => {
    let looks = 0;
    fake.onRequest = (method, path) => {
      if (method === "PATCH") destinationPod("destination-2", "2026-01-06T12:00:05Z", 3);
      if (method === "GET" && path === `${linkerd}/pods` && patches().length > 0) {
        looks += 1;
        // The old pod goes when the new one is Ready.
        if (looks === 3) fake.remove(`${linkerd}/pods/destination-1`);
      }
    };
    const done = await update({ credentials: "token-2" });
    assert.deepEqual(patches(), [`PATCH ${destination}`]);
    assert.ok(looks >= 3, `${looks} looks after the restart`);
    assert.match(done.said, /destination-1 came before the credentials for east/);
    assert.match(done.said, /restarted linkerd-destination, which had other credentials/);
    assert.equal(done.outputs["controllerPod"], "controller-east-1");
  });

  it("counts a pod of the same second as one that was there before", async () => {
    destinationPod("destination-1", "2026-01-06T12:00:00Z", 3);
    fake.onRequest = (method) => {
      if (method === "PATCH") destinationPod("destination-1", "2026-01-06T12:00:01Z", 3);
    };
    await update({ credentials: "token-2" });
    assert.deepEqual(patches(), [`PATCH ${destination}`]);
  });

  it("restarts in a later second than that of the credentials, so that new pods count as new", async () => {
    await credentialsJustNow();
    fake.onRequest = (method) => {
      if (method === "PATCH") destinationPod("destination-1", wholeSecond(), 3);
    };
    await update({ credentials: "token-2" });
    assert.deepEqual(patches(), [`PATCH ${destination}`]);
  });

  it("takes another Link's restart for its own only if it came in a later second", async () => {
    await credentialsJustNow();
    let looks = 0;
    fake.onRequest = (method, path) => {
      if (method === "PATCH") destinationPod("destination-1", wholeSecond(), 3);
      if (method !== "GET" || path !== `${linkerd}/pods` || ++looks !== 2) return;
      // Somebody else's restart, after the first look but in the second of the credentials.
      destinationPod("destination-1", wholeSecond(), 3);
      fake.put(`${deployments}/linkerd/deployments`, {
        metadata: { name: "linkerd-destination", resourceVersion: "2" },
        spec: {
          template: {
            metadata: {
              annotations: { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() },
            },
          },
        },
        status: { replicas: 1, updatedReplicas: 1 },
      });
    };
    await update({ credentials: "token-2" });
    assert.deepEqual(patches(), [`PATCH ${destination}`]);
  });

  it("restarts nothing where all pods came after them: an update that was killed before", async () => {
    credentials("2026-01-06T09:59:59Z");
    await update({ credentials: "token-2" });
    assert.deepEqual(patches(), []);
  });

  it("waits for the new pod to have listed the target, not only to be there", async () => {
    let asked = 0;
    fake.onRequest = (method, path) => {
      if (method === "PATCH") {
        fake.remove(`${linkerd}/pods/destination-1`);
        destinationPod("destination-2", "2026-01-06T12:00:05Z", 0);
      }
      if (!path.includes("destination-2")) return;
      asked += 1;
      if (asked === 2) destinationPod("destination-2", "2026-01-06T12:00:05Z", 3);
    };
    const done = await update({ credentials: "token-2" });
    assert.match(done.said, /destination-2 could not list the Services of east yet/);
  });

  it("leaves linkerd-destination alone where something else changed, or it has no part in it", async () => {
    await update({ triggers: ["other selectors"] });
    await update({ credentials: "token-2", discovery: false });
    assert.deepEqual(patches(), []);
  });

  it("doesn't wait until the kubelet tries a service mirror again that was refused for long", async () => {
    const pods = `${extension}/pods`;
    const mirror = (name: string, reason?: string, key = "containerStatuses") => {
      const { metadata: known, ...rest } = controllerPod(name);
      const waiting = reason === undefined ? {} : { state: { waiting: { reason } } };
      fake.put(pods, {
        ...rest,
        metadata: {
          ...known,
          labels: { component: "controller", "mirror.linkerd.io/cluster-name": "east" },
        },
        ...(reason !== undefined && {
          status: { [key]: [{ name: "controller", ready: false, ...waiting }] },
        }),
      });
    };
    mirror("controller-east-1", "CrashLoopBackOff");
    const ends = () => fake.requests.filter((request) => request.startsWith("DELETE"));
    fake.onRequest = (method) => {
      if (method === "DELETE") setImmediate(() => mirror("controller-east-1"));
    };
    const done = await update({ credentials: "token-2", discovery: false });
    assert.deepEqual(ends(), [`DELETE ${pods}/controller-east-1`]);
    assert.match(done.said, /restarting the service mirror's pod controller-east-1, .* refused/);
    fake.requests.length = 0;
    mirror("controller-east-1", "CrashLoopBackOff", "initContainerStatuses");
    await update({ credentials: "token-3", discovery: false });
    assert.deepEqual(ends(), [`DELETE ${pods}/controller-east-1`]);
    fake.requests.length = 0;
    await update({ triggers: ["other selectors"], discovery: false });
    assert.deepEqual(ends(), []);
  });

  it("when it is made for the first time has nothing to recreate", async () => {
    await linkReady.create({ urn, inputs: gate() }, testContext().context);
    assert.deepEqual(patches(), []);
  });

  describe("that were revoked", () => {
    it("recreates both controllers, once, and waits until neither holds anything", async () => {
      fake.onRequest = (method, path) => {
        if (method !== "PATCH") return;
        if (path === destination) destinationPod("destination-1", "2026-01-06T12:00:05Z");
        else fake.answers.set(metricsPath, ok(metrics({ services: 0, enabled: 1 })));
      };
      const done = await update({ revoked: true, credentials: "revoked" });
      assert.deepEqual(patches().sort(), [`PATCH ${destination}`, `PATCH ${controller}`].sort());
      assert.match(done.said, /restarted controller-east, which east no longer admits/);
      assert.deepEqual([done.outputs["controllerPod"], done.outputs["trouble"]], ["", ""]);
    });

    it("restarts nobody who holds nothing", async () => {
      fake.answers.set(metricsPath, ok(metrics({})));
      destinationPod("destination-1", "2026-01-06T12:00:05Z");
      await update({ revoked: true });
      assert.deepEqual(patches(), []);
    });

    it("does not wait for a source that is gone, and says what that leaves open", async () => {
      const inputs = gate({ revoked: true });
      await fake.stop();
      const { context, said } = testContext();
      await linkReady.create({ urn, inputs }, context);
      assert.match(
        said.join("\n"),
        /^warning: .*does not answer. Its account is gone.*ten minutes/,
      );
    });

    it("is no drift, and ends with the revocation", async () => {
      fake.answers.set(metricsPath, ok(metrics({})));
      fake.answers.set(logPath, ok(""));
      const outputs = { ...gate({ revoked: true }), controllerPod: "", trouble: "" };
      const request = { id: "x", urn, inputs: gate({ revoked: true }), outputs };
      const read = await linkReady.read(request, testContext().context);
      assert.equal(read?.outputs["trouble"], "");
      fake.remove(`${links}/east`);
      assert.equal(await linkReady.read(request, testContext().context), undefined);
      const { changes } = await linkReady.diff({
        id: "x",
        urn,
        oldInputs: gate({ revoked: true }),
        oldOutputs: outputs,
        newInputs: gate(),
      });
      assert.deepEqual(changes, { revoked: { kind: "update", replace: false } });
    });
  });
});
