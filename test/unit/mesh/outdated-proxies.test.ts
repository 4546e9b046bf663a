import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { proxiesCurrent } from "../../../providers/mesh/proxies-current.ts";
import { testContext } from "./context.ts";
import { bringUpToDate, trustingPair, urn } from "./trusting-pair.ts";

const pair = trustingPair();
const apps = (namespace: string, kind = "deployments") =>
  `/apis/apps/v1/namespaces/${namespace}/${kind}`;

const rolledOut = { observedGeneration: 1, replicas: 1, updatedReplicas: 1 };

/** The injector's last rollout was over then. */
function settleInjector(): void {
  const condition = { type: "Progressing", status: "True", lastUpdateTime: pair.west.now };
  pair.west.fake.put(apps("linkerd"), {
    metadata: { name: "linkerd-proxy-injector", generation: 1 },
    status: { ...rolledOut, conditions: [condition] },
  });
}

describe("ProxiesCurrent, of proxies that Linkerd would inject otherwise", () => {
  const upgrade = (...namespaces: string[]) => bringUpToDate(pair.west, undefined, [], namespaces);

  it("restarts nothing where new pods would be as the running ones are", async () => {
    await upgrade("shop");
    assert.deepEqual(pair.west.restarted, []);
    assert.ok(pair.west.tried.some(({ namespace }) => namespace === "linkerd-multicluster"));
    assert.ok(!pair.west.tried.some(({ namespace }) => namespace === "bank"));
  });

  it("restarts what runs another image: Linkerd's own, then namespaces that ask for it", async () => {
    pair.west.injected = { image: "proxy:2" };
    const said = await upgrade("shop");
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway", "shop/web"]);
    assert.match(
      said.join("\n"),
      /restarted shop\/Deployment\/web: it runs proxy instead of proxy:2/,
    );
    pair.west.restarted.length = 0;
    await upgrade("shop");
    assert.deepEqual(pair.west.restarted, [], "and once is enough");
  });

  it("asks again where the API server could not reach the injector in time", async () => {
    const answers = [undefined, undefined];
    let image: { readonly image: string } | undefined = { image: "proxy:2" };
    Object.defineProperty(pair.west, "injected", {
      configurable: true,
      get: () => (answers.length > 0 ? answers.shift() : image),
      set: (to: typeof image) => (image = to),
    });
    await upgrade();
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
    assert.deepEqual(answers, []);
  });

  it("leaves namespaces alone that ask for restarts with other anchors only", async () => {
    pair.west.injected = { image: "proxy:2" };
    await bringUpToDate(pair.west, undefined, ["shop"], []);
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
  });

  it("restarts for a value that reaches the proxy's environment", async () => {
    pair.west.injected = { image: "proxy", log: "debug" };
    const said = await upgrade();
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
    assert.match(said.join("\n"), /Linkerd would now set its LINKERD2_PROXY_LOG otherwise/);
  });

  it("restarts what has no proxy at all and would get one", async () => {
    pair.west.injected = undefined;
    pair.west.finishRollout("linkerd-multicluster", "linkerd-gateway");
    pair.west.injected = { image: "proxy" };
    settleInjector();
    const said = await upgrade();
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
    assert.match(said.join("\n"), /it runs without linkerd-proxy/);
  });

  it("restarts nothing for ever that comes back otherwise each time", async () => {
    settleInjector();
    pair.west.tick(60);
    pair.west.finishRollout("linkerd-multicluster", "linkerd-gateway");
    pair.west.injected = { image: "what another webhook makes of it" };
    await upgrade();
    assert.deepEqual(pair.west.restarted, []);
  });

  it("still restarts what came while an earlier injector may have been called", async () => {
    settleInjector();
    // The rollout takes a minute, and is over 20 seconds after the injector's.
    pair.west.tick(-40);
    pair.west.finishRollout("linkerd-multicluster", "linkerd-gateway");
    pair.west.injected = { image: "proxy:2" };
    await upgrade();
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
  });

  it("waits for the control plane's own pods, which only its release recreates", async () => {
    pair.west.injected = { image: "proxy:2" };
    const older = {
      metadata: { name: "linkerd-destination", generation: 1 },
      spec: { template: { metadata: { annotations: {} } } },
      status: { ...rolledOut, replicas: 2 },
    };
    pair.west.fake.put(apps("linkerd"), older);
    const rollOut = pair.west.fake.onRequest;
    let asked = 0;
    pair.west.fake.onRequest = (method, asking) => {
      rollOut(method, asking);
      if (asking !== apps("linkerd") || ++asked < 3) return;
      pair.west.fake.put(apps("linkerd"), { ...older, status: rolledOut });
    };
    const said = await upgrade();
    assert.ok(asked >= 3);
    assert.match(said.join("\n"), /linkerd\/Deployment\/linkerd-destination is being recreated/);
    assert.deepEqual(pair.west.restarted, ["linkerd-multicluster/linkerd-gateway"]);
  });

  it("tries a pod with the volumes that a StatefulSet would claim", async () => {
    pair.west.fake.put(apps("shop", "statefulsets"), {
      metadata: { name: "db" },
      spec: {
        template: { metadata: { labels: { app: "db" } }, spec: { containers: [] } },
        volumeClaimTemplates: [{ metadata: { name: "data" } }],
      },
    });
    pair.west.putOwnedPod("shop", "db-0", { kind: "StatefulSet", name: "db" });
    await upgrade("shop");
    const body = pair.west.tried.map(({ body }) => JSON.stringify(body)).join("\n");
    assert.match(body, /"labels":\{"app":"db"\}.*"volumes":\[\{"name":"data","emptyDir":\{\}\}\]/);
  });

  it("tells of pods that nothing would recreate, and doesn't wait for them", async () => {
    pair.west.putBarePod("shop", "by-hand");
    pair.west.injected = { image: "proxy:2" };
    const said = await upgrade("shop");
    assert.match(said.join("\n"), /warning: Delete and recreate the pod shop\/by-hand yourself/);
  });

  it("is not current while it can't look", async () => {
    pair.west.fake.answers.set("/api/v1/namespaces/shop/pods", {
      status: 403,
      body: { reason: "Forbidden", message: "not you" },
    });
    const controller = new AbortController();
    const { context, said } = testContext(controller.signal);
    pair.west.fake.onRequest = () => {
      if (said.some((one) => one.includes("not you"))) controller.abort(new Error("enough"));
    };
    const inputs = { kubeconfig: pair.west.fake.kubeconfig, upgradeNamespaces: ["shop"] };
    await assert.rejects(async () => proxiesCurrent.create({ urn, inputs }, context), /not you/);
  });

  it("is behind, to a refresh, where a pod runs another proxy", async () => {
    pair.west.injected = { image: "proxy:2" };
    const outputs = { kubeconfig: pair.west.fake.kubeconfig, trouble: "" };
    const read = await proxiesCurrent.read(
      { id: "x", urn, inputs: {}, outputs },
      testContext().context,
    );
    assert.match(
      JSON.stringify(read?.outputs["trouble"]),
      /linkerd-gateway must be restarted: it runs proxy instead of proxy:2/,
    );
    assert.deepEqual(pair.west.restarted, []);
  });
});
