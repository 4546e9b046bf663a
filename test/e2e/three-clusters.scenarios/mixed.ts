import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { Endpoints, Service } from "../../../kubernetes/objects.ts";
import { corePath, headlessMirrorLabel } from "../../../linkerd/names.ts";
import { eventually } from "../environment.ts";
import { assertPlannedServices } from "../planned-services.ts";
import { testLinkerdChecks } from "../linkerd-checks.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { mixedLinks, nativeSidecars, northApart, threeClusters } from "../three-clusters.ts";
import { assertAnswers, identityOf, startProbe } from "../probe.ts";
import {
  createDatabase,
  createNamespace,
  createService,
  createWeb,
  isMissing,
  namespace,
  readyPods,
  servicePath,
} from "../workload.ts";

/** As the stack `mixed`, with one export of each kind that its Links carry. */
const topology = (shared: SharedClusters) => ({
  clusters: threeClusters(shared, northApart),
  links: mixedLinks,
  exports: [
    { service: "web", namespace, from: ["east", "north"] },
    { service: "near", namespace, from: "east", as: "remote-discovery" as const },
    { service: "db", namespace, from: "east", headless: { replicas: 2 } },
  ],
  ...nativeSidecars,
});

export const mixed: Scenario = {
  name: "mixed",
  title: "two clusters on one network, a third on another",
  topology: topology,
  workloads: async (shared) => {
    const [west, east, north] = ["west", "east", "north"].map((name) => shared.api(name)) as Three;
    await Promise.all([west, east, north].map((api) => createNamespace(api)));
    await Promise.all([
      createWeb(east, "east"),
      createService(east, "near"),
      createDatabase(east, "east", 2),
      createWeb(north, "north"),
    ]);
    await readyPods(east, "db", 2);
  },
  tests,
};

type Three = [KubernetesApi, KubernetesApi, KubernetesApi];

function tests(shared: SharedClusters): void {
  let first: UpResult;
  let [west, east, north] = [] as unknown as Three;

  before(() => {
    first = shared.entered;
    [west, east, north] = ["west", "east", "north"].map((name) => shared.api(name)) as Three;
  });

  testLinkerdChecks(() => shared);

  test("each cluster has the mirrors that were planned, and no other", async () => {
    for (const [cluster, api, own] of [
      ["west", west, []],
      ["east", east, ["web", "near", "db"]],
      ["north", north, ["web"]],
    ] as const) {
      await assertPlannedServices(first.plan, cluster, api, own);
    }
  });

  test("a mirror through the gateway leads to it, in both networks", async () => {
    const node = first.proof.status.clusters.find(({ name }) => name === "east")?.nodes[0];
    for (const api of [west, north]) {
      const endpoints = await endpointsOf(api, "web-east");
      assert.deepEqual(endpoints, [`${node?.address ?? ""}:30143`]);
    }
  });

  test("a mirror for discovery has no Endpoints, and only the network's clusters have it", async () => {
    const { metadata } = await west.get<Service>(servicePath("near-east"));
    assert.equal(metadata.labels?.["multicluster.linkerd.io/remote-discovery"], "east");
    assert.ok(await isMissing(west, corePath(namespace, "endpoints", "near-east")));
    assert.ok(await isMissing(north, servicePath("near-east")));
  });

  test("a headless Service is mirrored pod by pod", async () => {
    const node = first.proof.status.clusters.find(({ name }) => name === "east")?.nodes[0];
    for (const api of [west, north]) {
      const whole = await api.get<Service>(servicePath("db-east"));
      assert.equal(whole.spec?.clusterIP, "None");
      const hosts = await eventually(
        "host names of db-east",
        timeLimits.mirrorFollows,
        async () => {
          const { subsets = [] } = await api.get<Endpoints>(
            corePath(namespace, "endpoints", "db-east"),
          );
          const all = subsets.flatMap(({ addresses = [] }) => addresses);
          return all.length === 2 ? all : undefined;
        },
      );
      assert.deepEqual(hosts.map(({ hostname }) => hostname).sort(), ["db-0", "db-1"]);
      for (const pod of ["db-0", "db-1"]) {
        const { metadata, spec } = await api.get<Service>(servicePath(`${pod}-east`));
        assert.equal(metadata.labels?.[headlessMirrorLabel], "db-east");
        assert.equal(hosts.find(({ hostname }) => hostname === pod)?.ip, spec?.clusterIP);
        assert.deepEqual(await endpointsOf(api, `${pod}-east`), [`${node?.address ?? ""}:30143`]);
      }
    }
  });

  test("pods reach those of the same network by address, and really none of another", async () => {
    const [w, e, n] = await Promise.all([
      startProbe(west, { name: "west", cluster: "west" }),
      startProbe(east, { name: "east", cluster: "east" }),
      startProbe(north, { name: "north", cluster: "north" }),
    ]);
    assertAnswers(e, w, await w.ask(e.url));
    assertAnswers(w, e, await e.ask(w.url));
    // At the same time: nobody answers, and that takes as long as a client is patient.
    const refused = [
      { client: w, server: n },
      { client: e, server: n },
      { client: n, server: w },
      { client: n, server: e },
    ].map(async ({ client, server }) => {
      const answer = await client.ask(server.url);
      assert.equal(identityOf(answer), undefined, `${server.name} answered ${client.name}`);
    });
    await Promise.all(refused);
    assert.ok(
      await isMissing(
        north,
        "/apis/apps/v1/namespaces/kube-system/daemonsets/linkerd-topology-pod-routes",
      ),
    );
  });

  test("meshed clients are answered each way that a Link carries", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const meshed = { meshed: true, serviceAccount: "client", name: "client" };
    const [w, n] = await Promise.all([
      startProbe(west, { ...meshed, cluster: "west" }),
      startProbe(north, { ...meshed, cluster: "north" }),
    ]);
    const answer = async (client: typeof w, host: string) =>
      eventually(`an answer of ${host} to ${client.cluster}`, timeLimits.firstRequest, async () =>
        identityOf(await client.ask(`http://${host}.${namespace}.svc.cluster.local`)),
      );
    const gateway = /^linkerd-gateway\.linkerd-multicluster\./;
    for (const client of [w, n]) {
      const viaGateway = await answer(client, "web-east");
      assert.equal(viaGateway.cluster, "east");
      assert.match(viaGateway.headers["l5d-client-id"] ?? "", gateway);
    }
    assert.equal((await answer(w, "web-north")).cluster, "north");
    const direct = await answer(w, "near-east");
    assert.equal(direct.cluster, "east");
    assert.match(direct.headers["l5d-client-id"] ?? "", /^client\.e2e\./);
    for (const client of [w, n]) {
      const url = `http://db-1.db-east.${namespace}.svc.cluster.local:8080`;
      const one = await eventually("an answer of db-1", timeLimits.firstRequest, async () =>
        identityOf(await client.ask(url)),
      );
      assert.equal(one.pod, "db-1");
      assert.equal(one.cluster, "east");
    }
  });
}

/** `address:port` of a mirror's Endpoints, once it has some. */
async function endpointsOf(api: KubernetesApi, service: string): Promise<string[]> {
  return eventually(`endpoints of ${service}`, timeLimits.mirrorFollows, async () => {
    const { subsets = [] } = await api.get<Endpoints>(corePath(namespace, "endpoints", service));
    const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
      addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${String(port)}`)),
    );
    return all.length > 0 ? all : undefined;
  });
}
