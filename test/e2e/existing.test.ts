import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { UpResult } from "../../environments/up.ts";
import { verifyStack } from "../../environments/verify.ts";
import { timeLimits } from "../../planning/time-limits.ts";
import { renderVerification } from "../../verification/index.ts";
import { isNotFound } from "../../verification/kubernetes/errors.ts";
import { differences, listObjects } from "./api-objects.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { type OutsideCluster, OutsideClusters, settled } from "./outside-clusters.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const httpRoutes = `${definitions}/httproutes.gateway.networking.k8s.io`;
const mirror = "/api/v1/namespaces/shop/services/web-south";

describe("two clusters that exist already", { timeout: 1_800_000 }, () => {
  /** What is to be taken away in the end, even if the beginning failed. */
  const disposers: (() => Promise<void>)[] = [];
  let environment: TestEnvironment;
  let north: OutsideCluster;
  let south: OutsideCluster;
  let listed: Map<string, string>[];
  let result: UpResult;

  before(async () => {
    const outside = await OutsideClusters.create(["north", "south"]);
    disposers.unshift(() => outside.dispose());
    [north, south] = outside.clusters as [OutsideCluster, OutsideCluster];
    // What somebody has in the clusters: a namespace each, a Service, and in south the Gateway API.
    for (const { api } of [north, south]) {
      await api.post("/api/v1/namespaces", { metadata: { name: "shop" } });
    }
    await south.api.post("/api/v1/namespaces/shop/services", {
      metadata: { name: "web", labels: { "mirror.linkerd.io/exported": "true" } },
      spec: { ports: [{ port: 80 }] },
    });
    await installGatewayApi(south, outside.sources?.gatewayApi);
    for (const { api } of [north, south]) await settled(api);
    // The API server may still be preparing the storage of what was just defined.
    listed = await Promise.all(
      [north, south].map(({ name, api }) =>
        eventually(`the objects of ${name}`, timeLimits.apiServerAnswers, () => listObjects(api)),
      ),
    );
    const cluster = ({ name, kubeconfig, node, podSubnet, serviceSubnet }: OutsideCluster) => ({
      name,
      kubeconfig,
      podSubnet,
      serviceSubnet,
      apiServer: `https://${node}:6443`,
      gateway: { addresses: [node] },
    });
    environment = await TestEnvironment.create("existing", {
      clusters: [cluster(north), cluster(south)],
      links: [{ between: ["north", "south"] }],
    });
    disposers.unshift(() => environment.dispose());
  });
  after(async () => {
    for (const dispose of disposers) await dispose();
  });

  test("get Linkerd and gateway Links, proved", async (context) => {
    const begun = performance.now();
    result = await environment.up();
    context.diagnostic(`up: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.ok(result.proof.proved);
    assert.deepEqual(
      result.proof.status.links.map(({ source, target, serviceMirror }) => [
        source,
        target,
        serviceMirror.takenUp,
      ]),
      [
        ["north", "south", true],
        ["south", "north", true],
      ],
    );
  });

  test("mirror what was exported before", async () => {
    await eventually("the mirror web-south", timeLimits.mirrorFollows, () => north.api.get(mirror));
  });

  test("status reaches them by their kubeconfigs", async () => {
    const { healthy, table } = await environment.status();
    assert.ok(healthy, table);
  });

  test("verify proves them, with traffic where there is a data plane", async (context) => {
    const verification = await verifyStack(environment.request());
    assert.ok(verification.proved, renderVerification(verification));
    const { results } = verification;
    const passed = results.filter(({ state }) => state === "passed").length;
    context.diagnostic(`${String(passed)} of ${String(results.length)} checks passed`);
    // A pod of each asked the API of the other one, by the address that the Link goes to.
    const asked = results.filter(({ check }) => check === "credentials-accepted");
    assert.deepEqual(asked.map(({ subject, state }) => `${subject} ${state}`).sort(), [
      "north → south passed",
      "south → north passed",
    ]);
  });

  test("a second up changes nothing", async () => {
    const second = await environment.up();
    assert.deepEqual(Object.keys(second.changes), ["same"]);
  });

  test("down takes away all that up brought, and nothing else", async (context) => {
    const begun = performance.now();
    await environment.down();
    context.diagnostic(`down: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.deepEqual(await environment.traces(), []);
    for (const [index, { api }] of [north, south].entries()) {
      const before = listed[index] ?? new Map<string, string>();
      assert.ok(before.size > 0, "nothing was listed before");
      await eventually("the listing of before", timeLimits.mirrorFollows, async () => {
        assert.deepEqual(differences(before, await listObjects(api)), []);
        return true;
      });
    }
    await assert.rejects(north.api.get(httpRoutes), isNotFound);
    await south.api.get(httpRoutes);
  });
});

async function installGatewayApi({ api }: OutsideCluster, file: string | undefined): Promise<void> {
  assert.ok(file !== undefined, "the sources have no definitions of the Gateway API");
  for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
    const definition = document.toJS() as { kind?: string } | null;
    if (definition?.kind === "CustomResourceDefinition") await api.post(definitions, definition);
  }
}
