import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { tapApiPath } from "../../../linkerd/names.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import { failuresOf, observe, runChecks, verify } from "../../../verification/index.ts";
import { makeAuthority } from "../authority.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../mesh/linked-cluster.ts";
import { beyondRights } from "./documented-rights.ts";
import { meshOfTwo, twoClusters } from "./planned.ts";
import { core, deployments } from "./running.ts";
import { setProxyExpiry, expires, thoroughCluster } from "./thorough-cluster.ts";

const namespace = "linkerd-viz";
const parts = ["metrics-api", "tap", "tap-injector", "web"] as const;
const proxyImage = "cr.example/linkerd/proxy:edge-26.1.1";

/** `twoClusters`, with linkerd-viz. */
const plan: Plan = {
  ...twoClusters,
  observability: {
    namespace: "linkerd-observability",
    retention: "7d",
    scrapeInterval: "30s",
    resources: { requests: {} },
    clusters: [],
    viz: { namespace, clusters: [] },
  },
};

describe("linkerd-viz in running clusters", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    west = await thoroughCluster({ name: "west", target: "east", octet: 10, proxyImage });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20, proxyImage });
    for (const fake of [west, east]) install(fake);
  });
  afterEach(() => Promise.all([west.stop(), east.stop()]));

  const mesh = (planned = plan) => ({ ...meshOfTwo(west, east), plan: planned });
  const results = async (planned = plan) => runChecks(planned, await observe(mesh(planned)));
  const failures = async (): Promise<readonly string[]> =>
    failuresOf(await results()).map(
      ({ subject, check, problem }) => `${subject} ${check}: ${problem}`,
    );
  const thorough = async (): Promise<readonly string[]> => {
    const found = await verify(mesh(), { traffic: false, limit: 0 });
    return failuresOf(found.results).map(
      ({ subject, check, problem, mend }) => `${subject} ${check}: ${problem} | ${mend}`,
    );
  };

  it("that serves passes, and its certificates with it", async () => {
    assert.deepEqual(await failures(), []);
    assert.deepEqual(await thorough(), []);
    const passed = (await results()).filter(({ check }) => check === "viz-ready");
    assert.deepEqual(
      passed.map(({ subject, state }) => [subject, state]),
      [
        ["west", "passed"],
        ["east", "passed"],
      ],
    );
  });

  it("needs no right that the documented account for existing clusters lacks", async () => {
    await thorough();
    assert.ok(west.requests.includes(`GET ${tapApiPath}`));
    assert.deepEqual(beyondRights("account.yaml", west.requests), []);
  });

  it("has no check where the topology has none", async () => {
    const checks = (await results(twoClusters)).map(({ check }) => check);
    assert.ok(!checks.includes("viz-ready"));
  });

  it("may be without its page, which is scaled to none", async () => {
    west.remove(`${deployments(namespace)}/web`);
    west.remove(`${core}/${namespace}/pods/web-5d8f-abcde`);
    assert.deepEqual(await failures(), []);
  });

  it("that lacks a part is told by the part", async () => {
    west.remove(`${deployments(namespace)}/tap-injector`);
    assert.deepEqual(await failures(), ["west viz-ready: there is no Deployment tap-injector"]);
  });

  it("whose pod has no proxy is told by the pod", async () => {
    const pod = `${core}/${namespace}/pods`;
    west.remove(`${pod}/tap-5d8f-abcde`);
    west.put(pod, {
      metadata: { name: "tap-5d8f-abcde" },
      spec: { containers: [{ name: "main" }] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    assert.deepEqual(await failures(), [
      "west pods-have-proxies: linkerd-viz/tap-5d8f-abcde has none",
    ]);
  });

  for (const [what, change, problem] of [
    [
      "whose tap the API server doesn't reach",
      () =>
        west.answers.set(
          tapApiPath,
          ok(apiService([{ type: "Available", status: "False", message: "no endpoints" }])),
        ),
      "the API server doesn't serve tap (no endpoints)",
    ],
    [
      "of whose tap the API server says nothing",
      () => west.answers.set(tapApiPath, ok(apiService([]))),
      "the API server doesn't serve tap (the API server has not said so yet)",
    ],
    [
      "whose APIService is gone",
      () => west.answers.set(tapApiPath, { status: 404, body: { reason: "NotFound" } }),
      "there is no APIService for tap",
    ],
  ] as const) {
    it(`${what} is told`, async () => {
      change();
      assert.deepEqual(await failures(), [`west viz-ready: ${problem}`]);
    });
  }

  it("for which another server answers is told, with how to end the connection", async () => {
    const url = "https://10.0.0.9:443/apis/tap.linkerd.io/v1alpha1";
    const message = `failing or missing response from ${url}: bad status from ${url}: 404`;
    west.answers.set(tapApiPath, ok(apiService([{ type: "Available", status: "False", message }])));
    const [found] = failuresOf(await results());
    assert.match(found?.mend ?? "", /Restart the API server .*docker exec NODE pkill/);
  });

  it("of which the API server won't tell is not taken for well", async () => {
    west.answers.set(tapApiPath, { status: 403, body: { reason: "Forbidden", message: "no" } });
    assert.match((await failures()).join("\n"), /^west cluster-answers: .*linkerd-viz/);
  });

  it("whose tap is trusted by another certificate is told, with the Secrets of both namespaces", async () => {
    const other = makeAuthority({ subject: "tap.linkerd-viz.svc" }).certificate;
    west.answers.set(tapApiPath, ok(apiService(available, other)));
    const [found = ""] = await thorough();
    assert.match(
      found,
      /^west webhooks-trusted: tap: the API server trusts a different certificate than the one served/,
    );
    assert.match(found, /-n linkerd delete secrets linkerd-proxy-injector-k8s-tls/);
    assert.match(found, /-n linkerd-viz delete secrets tap-injector-k8s-tls tap-k8s-tls/);
  });
});

const available = [{ type: "Available", status: "True" }];
const certificates = Object.fromEntries(
  ["tap", "tap-injector"].map((service) => [
    service,
    makeAuthority({ subject: `${service}.linkerd-viz.svc` }).certificate,
  ]),
);

function apiService(conditions: readonly object[], trusted = certificates["tap"] ?? "") {
  return {
    metadata: { name: "v1alpha1.tap.linkerd.io" },
    spec: { service: { name: "tap", namespace }, caBundle: encoded(trusted) },
    status: { conditions },
  };
}

function install(fake: FakeKubernetes): void {
  fake.put("/api/v1/namespaces", { metadata: { name: namespace } });
  for (const name of parts) {
    fake.put(deployments(namespace), {
      metadata: { name, generation: 1 },
      spec: { replicas: 1 },
      status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 },
    });
    const pod = `${name}-5d8f-abcde`;
    fake.put(`${core}/${namespace}/pods`, {
      metadata: { name: pod },
      spec: { containers: [{ name: "main" }, proxy(proxyImage)] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    setProxyExpiry(fake, namespace, pod, expires);
  }
  fake.answers.set(tapApiPath, ok(apiService(available)));
  fake.put("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", {
    metadata: { name: "linkerd-tap-injector-webhook-config" },
    webhooks: [
      {
        clientConfig: {
          caBundle: encoded(certificates["tap-injector"] ?? ""),
          service: { name: "tap-injector", namespace },
        },
      },
    ],
  });
  for (const [service, certificate] of Object.entries(certificates)) {
    fake.put(`${core}/${namespace}/secrets`, {
      metadata: { name: `${service}-k8s-tls` },
      data: { "tls.crt": encoded(certificate) },
    });
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}
