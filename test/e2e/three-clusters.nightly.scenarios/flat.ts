import assert from "node:assert/strict";
import { before, test } from "node:test";
import { docker } from "../../../environments/docker.ts";
import type { UpResult } from "../../../environments/up.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { LinkObject, List, Metadata, Service } from "../../../kubernetes/objects.ts";
import { linkPath } from "../../../linkerd/names.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import { testLinkerdChecks } from "../linkerd-checks.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { threeClusters, together, trustDomains } from "../three-clusters.ts";
import { assertAnswers, identityOf, type Probe, startProbe } from "../probe.ts";
import {
  conditionsOf,
  createNamespace,
  createWeb,
  isMissing,
  namespace,
  servicePath,
} from "../workload.ts";

/** As the stack `flat`, with a second node in one of the clusters. */
const topology = (shared: SharedClusters) => ({
  clusters: threeClusters(shared, together),
  links: [{ between: ["west", "east"], mode: "flat" as const }],
});

export const flat: Scenario = {
  name: "flat",
  title: "two clusters on one network, a flat Link each way",
  topology,
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let result: UpResult;
  let west: KubernetesApi;
  let east: KubernetesApi;
  let probes: Readonly<Record<"control" | "worker" | "other", Probe>>;

  before(async () => {
    environment = shared.environment;
    result = shared.entered;
    west = shared.api("west");
    east = shared.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
  });

  const node = (cluster: string, role: string) => `${environment.stack.name}-${cluster}-${role}`;

  testLinkerdChecks(() => shared);

  test("there is no gateway, and nothing that asks for one", async () => {
    for (const api of [west, east]) {
      const names = async (path: string) =>
        (await api.get<List<{ metadata: Metadata }>>(path)).items.map(
          ({ metadata }) => metadata.name,
        );
      const extension = "namespaces/linkerd-multicluster";
      const deployments = await names(`/apis/apps/v1/${extension}/deployments`);
      assert.ok(deployments.some((name) => name.startsWith("controller-")));
      assert.ok(!deployments.includes("linkerd-gateway"));
      const services = await names(`/api/v1/${extension}/services`);
      assert.deepEqual(
        services.filter((name) => /^(probe-|linkerd-gateway)/.test(name)),
        [],
      );
    }
    for (const { gateway } of result.proof.status.links) {
      assert.equal(gateway.state, "not applicable");
    }
  });

  test("pods reach each other by address from every node, and see each other's", async () => {
    const [control, worker, other] = await Promise.all([
      startProbe(west, { name: "control", cluster: "west", node: node("west", "control-plane") }),
      startProbe(west, { name: "worker", cluster: "west", node: node("west", "worker") }),
      startProbe(east, { name: "other", cluster: "east" }),
    ]);
    probes = { control, worker, other };
    // At the first attempt: a Link is created when its routes are in place.
    for (const [client, server] of [
      [control, other],
      [worker, other],
      [other, control],
      [other, worker],
    ] as const) {
      assertAnswers(server, client, await client.ask(server.url));
    }
  });

  test("a Service that east exports for discovery appears in west, without Endpoints", async () => {
    await createWeb(east, "east");
    assert.ok(await isMissing(west, servicePath("web-east")));
    await east.patch(servicePath("web"), {
      metadata: { labels: { "mirror.linkerd.io/exported": "remote-discovery" } },
    });
    const { metadata } = await eventually("web-east in west", timeLimits.mirrorFollows, () =>
      west.get<Service>(servicePath("web-east")),
    );
    assert.equal(metadata.labels?.["mirror.linkerd.io/mirrored-service"], "true");
    assert.equal(metadata.labels["mirror.linkerd.io/cluster-name"], "east");
    assert.equal(metadata.labels["multicluster.linkerd.io/remote-discovery"], "east");
    assert.equal(metadata.labels["multicluster.linkerd.io/remote-service"], "web");
    assert.ok(await isMissing(west, `/api/v1/namespaces/${namespace}/endpoints/web-east`));
  });

  test("the Link's status says so", async () => {
    const mirrored = await eventually("the Link's status", timeLimits.mirrorFollows, async () => {
      const link = await west.get<LinkObject>(linkPath("linkerd-multicluster", "east"));
      return conditionsOf(link, "mirrorServices", "web").at(0);
    });
    assert.equal(mirrored.type, "Mirrored");
    assert.equal(mirrored.status, "True", mirrored.message);
  });

  test("west's destination controller answers with the addresses of east's pods", async () => {
    const seen = await eventually("an endpoint of web-east", timeLimits.mirrorFollows, async () => {
      const view = await probes.control.lookUp("web-east", 1);
      assert.equal(view.error, undefined, view.error);
      return view;
    });
    const { items } = await east.get<List<{ status: { podIP: string } }>>(
      `/api/v1/namespaces/${namespace}/pods`,
      { labelSelector: "app=web" },
    );
    assert.deepEqual(
      seen.endpoints,
      items.map(({ status }) => `${status.podIP}:8080`),
    );
    assert.deepEqual(seen.identities, [
      `default.${namespace}.serviceaccount.identity.linkerd.${trustDomains.east}`,
    ]);
  });

  test("a meshed client in west is answered by east's pod, which sees the client", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const client = await startProbe(west, {
      name: "client",
      cluster: "west",
      meshed: true,
      serviceAccount: "client",
    });
    const identity = await eventually("an answer", timeLimits.firstRequest, async () =>
      identityOf(await client.ask(`http://web-east.${namespace}.svc.cluster.local/`)),
    );
    assert.equal(identity.cluster, "east");
    assert.equal(
      identity.headers["l5d-client-id"],
      `client.${namespace}.serviceaccount.identity.linkerd.${trustDomains.west}`,
    );
  });

  test("routes come back by themselves when a node has restarted at another address", async () => {
    const worker = node("west", "worker");
    const lodger = `${environment.stack.name}-lodger`;
    const image = (await docker(["inspect", "--format", "{{.Config.Image}}", worker])).trim();
    const before = await addressOf(worker);
    try {
      await docker(["stop", worker]);
      // It gets the address that was just given back.
      const options = ["--detach", "--name", lodger, "--network", result.plan.network.name];
      await docker(["run", ...options, "--entrypoint", "sleep", image, "600"]);
      await docker(["start", worker]);
      assert.notEqual(await addressOf(worker), before);
      const { control, other } = probes;
      await eventually("an answer both ways", timeLimits.podRoutes, async () => {
        const restarted = await probes.worker.again();
        assertAnswers(restarted, other, await other.ask(restarted.url));
        assertAnswers(other, restarted, await restarted.ask(other.url));
        return true;
      });
      assertAnswers(other, control, await control.ask(other.url));
    } finally {
      await docker(["rm", "--force", lodger]);
      await docker(["start", worker]);
    }
  });

  test("status sees what up proved, and a second up changes nothing", async () => {
    const healthy = await eventually("a healthy mesh", timeLimits.podRoutes, async () => {
      const status = await environment.status();
      assert.ok(status.healthy, status.table);
      return status;
    });
    assert.match(healthy.table, /west → east/);
    const second = await environment.up();
    assert.deepEqual(Object.keys(second.changes), ["same"]);
  });

  test("when the clusters part, their routes go, and pods no longer reach each other", async () => {
    const apart = { west: "west", east: "east", north: "north" };
    // Flat Links need the routes that go.
    await environment.change({ clusters: threeClusters(shared, apart) });
    await environment.up();
    for (const name of [
      node("west", "control-plane"),
      node("west", "worker"),
      node("east", "control-plane"),
    ]) {
      assert.equal(await docker(["exec", name, "ip", "route", "show", "proto", "76"]), "");
      const rules = await docker(["exec", name, "iptables", "-t", "nat", "-S", "KIND-MASQ-AGENT"]);
      assert.doesNotMatch(rules, /linkerd-topology/);
    }
    const { control, other } = probes;
    const answers = [control.ask(other.url), other.ask(control.url)];
    assert.deepEqual((await Promise.all(answers)).map(identityOf), [undefined, undefined]);
  });
}

async function addressOf(container: string): Promise<string> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  return (await docker(["inspect", "--format", format, container])).trim();
}
