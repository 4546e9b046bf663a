import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { assertEach } from "../../assert-each.ts";
import { meshOfTwo, twoClusters } from "./planned.ts";
import { otherRootCertificate, expiredIssuerCertificate } from "./certificates.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { core, deployments, metrics, metricsPath, runningCluster } from "./running.ts";
import type { CheckResult, Mesh } from "../../../verification/index.ts";
import {
  failuresOf,
  observe,
  proveTopology,
  runChecks,
  statusDocument,
  withoutDataPlane,
} from "../../../verification/index.ts";

const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";

describe("a running mesh", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  const start = async (proxyImage?: string) => {
    const image = proxyImage === undefined ? {} : { proxyImage };
    west = await runningCluster({ name: "west", target: "east", octet: 10, ...image });
    east = await runningCluster({ name: "east", target: "west", octet: 20, ...image });
  };
  beforeEach(() => start());
  afterEach(async () => {
    await Promise.all([west.stop(), east.stop()]);
  });

  const mesh = (): Mesh => meshOfTwo(west, east);
  const check = async (): Promise<readonly CheckResult[]> => {
    const access = mesh();
    return runChecks(twoClusters, await observe(access));
  };
  /** The failures, as `subject check: problem`. */
  const failures = async (): Promise<readonly string[]> =>
    failuresOf(await check()).map(
      (result) => `${result.subject} ${result.check}: ${result.problem}`,
    );

  it("as planned, without a data plane: everything passes but what needs traffic", async () => {
    const results = await check();
    assert.deepEqual(failuresOf(results), []);
    const notRun = results.flatMap((result) => (result.state === "not run" ? [result] : []));
    assert.deepEqual(
      notRun.map(({ check: id, subject }) => `${subject} ${id}`),
      ["west → east gateway-alive", "east → west gateway-alive"],
    );
    for (const { reason } of notRun) assert.match(reason, /^no data plane: /);
    const answers = results.filter(({ check: id }) => id === "gateway-answers");
    assert.deepEqual(
      answers.map((result) => result.state === "passed" && result.detail),
      ["3 ms", "3 ms"],
    );
  });

  it("as planned, with a data plane: nothing is left out", async () => {
    await Promise.all([west.stop(), east.stop()]);
    await start("cr.example/linkerd/proxy:edge-26.1.1");
    const results = await check();
    assertEach("checks that pass", results, ({ state }) => state === "passed");
    assert.ok(results.some(({ check: id }) => id === "gateway-alive"));
  });

  it("holds no key and no credentials, in whatever form it is shown", async () => {
    const status = await observe(mesh());
    const text = JSON.stringify(statusDocument(status, await runChecks(twoClusters, status)));
    assert.ok(!text.includes("hunter2") && !text.includes(btoa("hunter2")));
    assert.ok(!text.includes("BEGIN"));
  });

  it("its JSON is plain data that says whether the mesh is proved", async () => {
    const status = await observe(mesh());
    const document = statusDocument(status, await runChecks(twoClusters, status));
    const read = JSON.parse(JSON.stringify(document)) as typeof document;
    assert.equal(read.version, 1);
    assert.equal(read.proved, true);
    assert.equal(read.dataPlane, "none");
    assert.equal(read.links[0]?.gateway.state, "alive");
    assert.equal(read.clusters[1]?.trustAnchors[0]?.fingerprint.slice(0, 11), "A7:3F:C3:80");
  });

  it("a cluster that doesn't answer is told of, and the others all the same", async () => {
    const access = mesh();
    await east.stop();
    const status = await observe(access);
    const results = await runChecks(twoClusters, status);
    const found = failuresOf(results);
    assert.deepEqual(
      found.map((result) => `${result.subject} ${result.check}`),
      ["east cluster-answers"],
    );
    assert.deepEqual(
      results.flatMap((result) =>
        result.subject === "east → west" && result.state === "not run"
          ? [`${result.check}: ${result.reason}`]
          : [],
      ),
      [
        "link-taken-up: cluster east doesn't answer",
        "gateway-answers: cluster east doesn't answer",
        `gateway-alive: ${withoutDataPlane}`,
      ],
    );
    assert.match(found[0]?.problem ?? "", /^no answer to GET .*ECONNREFUSED/);
    assert.equal(status.clusters[0]?.kubernetesVersion, "v1.34.2");
  });

  it("a gateway that nobody wants a pod of is missing, though Kubernetes calls it available", async () => {
    const path = deployments("linkerd-multicluster");
    const none = { spec: { replicas: 0 }, status: { observedGeneration: 1 } };
    east.put(path, { metadata: { name: "linkerd-gateway" }, ...none });
    east.put(path, { metadata: { name: "of-somebody-else" }, ...none });
    assert.deepEqual(await failures(), ["east multicluster-ready: linkerd-gateway is scaled to 0"]);
  });

  it("a Deployment just scaled to none is told of once, though its controller has not seen it", async () => {
    east.put(deployments("linkerd-multicluster"), {
      metadata: { name: "linkerd-gateway", generation: 2 },
      spec: { replicas: 0 },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    });
    assert.deepEqual(await failures(), ["east multicluster-ready: linkerd-gateway is scaled to 0"]);
  });

  it("a missing kubeconfig file is told of by its name", async () => {
    const status = await observe({
      plan: twoClusters,
      clusters: [{ name: "west", kubeconfigPath: "/nowhere/west.kubeconfig" }],
    });
    assert.deepEqual(status.clusters[0]?.problems, [
      "there is no kubeconfig file /nowhere/west.kubeconfig",
    ]);
    assert.deepEqual(status.clusters[1]?.problems, ["its kubeconfig is unknown"]);
  });

  it("a namespace that a source lacks is waited for, and no failure", async () => {
    exportDemo(east, "web");
    const link = west.get(`${links}/east`);
    assert.ok(link);
    const conditions = [{ type: "Mirrored", status: "False", reason: "MissingNamespace" }];
    const remoteRef = { name: "web", namespace: "demo" };
    west.put(links, { ...link, status: { mirrorServices: [{ remoteRef, conditions }] } });
    const results = await check();
    assert.deepEqual(failuresOf(results), []);
    const mirrors = results.find(({ check: id }) => id === "mirrors-complete");
    assert.equal(mirrors?.state, "not run");
    assert.equal("reason" in mirrors && mirrors.reason, "waiting for the namespace demo in west");
  });

  it("nodes: missing, unready, outside of the planned subnet", async () => {
    const node = west.get("/api/v1/nodes/two-west-control-plane");
    assert.ok(node);
    west.remove("/api/v1/nodes/two-west-control-plane");
    west.put("/api/v1/nodes", {
      ...node,
      metadata: { name: "stranger" },
      spec: { podCIDRs: ["10.99.0.0/24"] },
      status: {},
    });
    assert.deepEqual(await failures(), [
      "west nodes-ready: node two-west-control-plane is missing; node stranger is not Ready",
      "west subnets-as-planned: node stranger has 10.99.0.0/24, which is not in 10.10.0.0/21",
    ]);
  });

  it("Deployments: missing, unavailable, half rolled out", async () => {
    west.remove(`${deployments("linkerd")}/linkerd-destination`);
    west.remove(`${deployments("linkerd-multicluster")}/linkerd-gateway`);
    east.put(deployments("linkerd"), {
      metadata: { name: "linkerd-identity", generation: 2 },
      status: { observedGeneration: 1, updatedReplicas: 1 },
    });
    east.put(`${core}/linkerd/pods`, {
      metadata: { name: "linkerd-identity-5d8f-fghij" },
      spec: { containers: [{ name: "identity" }, { name: "linkerd-proxy", image: "p" }] },
      status: {
        containerStatuses: [
          { name: "identity", ready: false, state: { waiting: { reason: "ErrImageNeverPull" } } },
        ],
      },
    });
    assert.deepEqual(await failures(), [
      "west control-plane-ready: there is no Deployment linkerd-destination",
      "west multicluster-ready: there is no Deployment linkerd-gateway",
      "east control-plane-ready: linkerd-identity is not ready " +
        "(0 of 1 available; being rolled out; identity: ErrImageNeverPull)",
    ]);
  });

  it("proxies: pods without, and an injector that adds none", async () => {
    west.put(`${core}/linkerd-multicluster/pods`, {
      metadata: { name: "linkerd-gateway-5d8f-abcde" },
      spec: { containers: [{ name: "pause", image: "pause" }] },
      status: { phase: "Running" },
    });
    west.put(`${core}/linkerd-multicluster/pods`, {
      metadata: { name: "namespace-metadata-xyz" },
      spec: { containers: [{ name: "job" }] },
      status: { phase: "Succeeded" },
    });
    west.answers.set(
      `${core}/default/pods`,
      ok({ metadata: {}, spec: { containers: [{ name: "test" }] } }),
    );
    assert.deepEqual(await failures(), [
      "west pods-get-proxies: the API server answers a dry run with a pod without linkerd-proxy " +
        "(containers: test)",
      "west pods-have-proxies: linkerd-multicluster/linkerd-gateway-5d8f-abcde has none",
    ]);
  });

  it("an injector that the API server could not reach in time is asked again", async () => {
    const path = `${core}/default/pods`;
    const injected = west.answers.get(path);
    assert.ok(injected !== undefined && typeof injected !== "function");
    const bare = ok({ metadata: {}, spec: { containers: [{ name: "test" }] } });
    const said = [bare, bare, injected];
    west.answers.set(path, () => said.shift() ?? injected);
    assert.deepEqual(await failures(), []);
    assert.deepEqual(said, []);
  });

  it("certificates: different anchors, an issuer of another anchor, one that expired", async () => {
    west.put(`${core}/linkerd/configmaps`, {
      metadata: { name: "linkerd-identity-trust-roots" },
      data: { "ca-bundle.crt": otherRootCertificate },
    });
    east.put(`${core}/linkerd/secrets`, {
      metadata: { name: "linkerd-identity-issuer" },
      data: { "tls.crt": Buffer.from(expiredIssuerCertificate).toString("base64") },
    });
    const found = await failures();
    assert.equal(found.length, 3);
    assert.match(found[0] ?? "", /^two trust-anchor-shared: the clusters trust different anchors/);
    assert.match(found[1] ?? "", /^west issuer-valid: no trust anchor of this cluster signed/);
    assert.equal(
      found[2],
      "east issuer-valid: the issuer's certificate expired at 2020-01-02T00:00:00.000Z",
    );
  });

  it("a Link's status that speaks of a Service that is gone is told, and no failure", async () => {
    const link = west.get(`${links}/east`);
    assert.ok(link);
    const conditions = [{ type: "Mirrored", status: "False", reason: "InvalidService" }];
    const entry = (name: string) => ({ remoteRef: { name, namespace: "demo" }, conditions });
    const said = async (...names: string[]) => {
      west.put(links, { ...link, status: { mirrorServices: names.map(entry) } });
      return (await check()).find(({ check: id }) => id === "mirrors-complete");
    };
    const gone = "the Link's status still lists demo/gone, which east doesn't export";
    const only = await said("gone");
    assert.equal(only?.state === "not run" && only.reason, gone);
    exportDemo(east, "web");
    const both = await said("gone", "web");
    assert.equal(both?.state === "failed" && both.problem, "demo/web: InvalidService");
  });

  it("a Link's status that speaks of an earlier kind of export is told, and no failure", async () => {
    const link = west.get(`${links}/east`);
    assert.ok(link);
    const conditions = [{ type: "Mirrored", status: "True" }];
    const entry = { remoteRef: { name: "web", namespace: "demo" }, conditions };
    west.put(links, { ...link, status: { mirrorServices: [entry] } });
    const look = async () => (await check()).find(({ check: id }) => id === "mirrors-complete");
    exportDemo(east, "web", { "mirror.linkerd.io/federated": "member" });
    const federated = await look();
    assert.equal(
      federated?.state === "not run" && federated.reason,
      "the Link's status still lists demo/web, which east doesn't export",
    );
    exportDemo(east, "web");
    assert.equal((await look())?.state, "failed");
  });

  it("Links: not there, not alive, Services that are not mirrored", async () => {
    exportDemo(east, "web");
    west.answers.set(metricsPath("east"), ok(metrics("east", 0)));
    const link = west.get(`${links}/east`);
    assert.ok(link);
    west.put(links, {
      ...link,
      status: {
        mirrorServices: [
          {
            remoteRef: { name: "web", namespace: "demo" },
            conditions: [{ type: "Mirrored", status: "False", reason: "Error" }],
          },
          {
            remoteRef: { name: "later", namespace: "none" },
            conditions: [{ type: "Mirrored", status: "False", reason: "MissingNamespace" }],
          },
        ],
      },
    });
    east.remove(`${links}/west`);
    assert.deepEqual(await failures(), [
      "west → east gateway-answers: the probes of east's gateway (two-east-control-plane:30143) are not answered",
      "west → east mirrors-complete: demo/web: Error",
      "east → west link-taken-up: no Link west in namespace linkerd-multicluster",
    ]);
  });

  it("proof waits for what may still come, and tells what it waits for", async () => {
    let asked = 0;
    west.answers.set(metricsPath("east"), () => {
      asked += 1;
      return ok(metrics("east", asked > 4 ? 1 : 0));
    });
    const waited: string[] = [];
    const proof = await proveTopology(mesh(), {
      onWaiting: (missing) => waited.push(missing.map((result) => result.check).join()),
    });
    assert.equal(proof.proved, true);
    assert.deepEqual(waited, ["gateway-answers"]);
  });

  it("proof ends with the failures when the time is over", async () => {
    west.answers.set(metricsPath("east"), ok(metrics("east", 0)));
    const proof = await proveTopology(mesh(), { limit: 500 });
    assert.equal(proof.proved, false);
    assert.deepEqual(
      failuresOf(proof.results).map((result) => result.check),
      ["gateway-answers"],
    );
  });

  it("proof doesn't wait for what can't mend by itself", async () => {
    west.put(`${core}/linkerd/configmaps`, {
      metadata: { name: "linkerd-identity-trust-roots" },
      data: { "ca-bundle.crt": otherRootCertificate },
    });
    const before = west.requests.length;
    const proof = await proveTopology(mesh());
    assert.equal(proof.proved, false);
    assert.ok(
      west.requests.slice(before).filter((request) => request === "GET /version").length < 2,
    );
  });

  it("proof ends at once when it is told to", async () => {
    west.answers.set(metricsPath("east"), ok(metrics("east", 0)));
    const controller = new AbortController();
    const proof = proveTopology(mesh(), {
      signal: controller.signal,
      onWaiting: () => {
        controller.abort(new Error("interrupted"));
      },
    });
    await assert.rejects(proof, /interrupted/);
  });
});

/** A Service that the Links' selectors choose. */
function exportDemo(
  cluster: FakeKubernetes,
  name: string,
  labels: Readonly<Record<string, string>> = { "mirror.linkerd.io/exported": "true" },
): void {
  cluster.put("/api/v1/services", { metadata: { name, namespace: "demo", labels }, spec: {} });
}
