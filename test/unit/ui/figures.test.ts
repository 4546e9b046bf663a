import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Connections } from "../../../verification/connections.ts";
import { FiguresReader, mostProxies } from "../../../verification/figures.ts";
import type { ClusterFigures } from "../../../verification/figures.ts";
import { assertEach } from "../../assert-each.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../mesh/linked-cluster.ts";
import { twoClusters, withIngress } from "../verification/planned.ts";
import { core } from "../verification/running.ts";

const image = "cr.l5d.io/linkerd/proxy:edge-26.6.3";
const metricsOf = (namespace: string, pod: string) =>
  `${core}/${namespace}/pods/${pod}:4191/proxy/metrics`;

const answered = (count: number) =>
  ok(
    `response_total{direction="outbound",authority="web-east.shop.svc.cluster.local:80",target_addr="172.19.0.9:4143",dst_target_cluster="east",classification="success"} ${count}\n`,
  );

describe("reading the proxies of a cluster", () => {
  let west: FakeKubernetes;
  let reader: FiguresReader;
  before(async () => {
    west = await FakeKubernetes.start();
    const clusters = [
      { name: "west", kubeconfig: west.kubeconfig },
      { name: "east", kubeconfig: "not one" },
    ];
    reader = new FiguresReader({ plan: twoClusters, clusters }, new Connections());
    pod("shop", "client-5d8f-abcde");
    pod("shop", "bare-5d8f-abcde", null);
    pod("shop", "stand-in-5d8f-abcde", proxy().image);
    pod("linkerd", "linkerd-identity-5d8f-abcde");
    pod("linkerd-multicluster", "linkerd-gateway-5d8f-abcde");
    west.answers.set(metricsOf("shop", "client-5d8f-abcde"), answered(100));
    west.answers.set(metricsOf("linkerd-multicluster", "linkerd-gateway-5d8f-abcde"), answered(7));
  });
  after(() => west.stop());

  const pod = (
    namespace: string,
    name: string,
    of: string | null = image,
    labels: Readonly<Record<string, string>> = {},
  ): void => {
    west.put(`${core}/${namespace}/pods`, {
      metadata: { name, labels },
      spec: {
        containers: [
          { name: "main" },
          ...(of === null ? [] : [{ name: "linkerd-proxy", image: of }]),
        ],
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
  };

  const look = async (): Promise<ClusterFigures> => {
    const [figures] = await reader.read();
    assert.ok(figures);
    return figures;
  };

  it("asks the proxies of workloads and of the gateway, and only these", async () => {
    west.requests.length = 0;
    const { seconds, clients, gateway, releases } = await look();
    assert.equal(seconds, undefined);
    assert.deepEqual(clients, { proxies: 1, read: 1, traffic: [] });
    assert.deepEqual(gateway, { proxies: 1, read: 1, traffic: [] });
    assert.deepEqual(releases?.gateways, ["edge-26.6.3"]);
    assert.deepEqual(
      west.requests.filter((one) => one.includes(":4191")).sort(),
      [
        `GET ${metricsOf("linkerd-multicluster", "linkerd-gateway-5d8f-abcde")}`,
        `GET ${metricsOf("shop", "client-5d8f-abcde")}`,
      ].sort(),
    );
    assertEach("requests that only read", west.requests, (one) => one.startsWith("GET "));
  });

  it("tells what they counted since the look before", async () => {
    west.answers.set(metricsOf("shop", "client-5d8f-abcde"), answered(130));
    const { seconds = 0, clients, gateway } = await look();
    assert.ok(seconds > 0);
    assert.deepEqual(
      clients.traffic.map(({ link, success }) => [link, success]),
      [["east", 30]],
    );
    assert.deepEqual(gateway.traffic, []);
  });

  it("says why a proxy can't be read", async () => {
    west.answers.set(metricsOf("shop", "client-5d8f-abcde"), {
      status: 403,
      body: { kind: "Status", reason: "Forbidden", message: "pods/proxy is forbidden" },
    });
    const { clients } = await look();
    assert.equal(clients.proxies, 1);
    assert.equal(clients.read, 0);
    assert.match(clients.unread ?? "", /shop\/client-5d8f-abcde: .*forbidden/);
  });

  it("says why a cluster can't be read, and goes on with the others", async () => {
    const [, east] = await reader.read();
    assert.equal(east?.releases, undefined);
    assert.match(east?.clients.unread ?? "", /no current context/);
  });

  it("reads some of each workload where there are many", async () => {
    for (let number = 0; number < mostProxies + 5; number += 1) {
      const name = `many-5d8f-a${String(number).padStart(4, "0")}`;
      pod("shop", name);
      west.answers.set(metricsOf("shop", name), answered(1));
    }
    west.answers.set(metricsOf("shop", "client-5d8f-abcde"), answered(1));
    const { clients } = await look();
    assert.equal(clients.proxies, mostProxies + 6);
    assert.equal(clients.read, mostProxies);
  });

  it("takes an ingress for the gateway, and for a client as well, and reads it once", async () => {
    const name = "traefik-5d8f-abcde";
    const labels = { app: "traefik", kind: "edge" };
    pod("ingress", name, image, labels);
    pod("ingress", "other-5d8f-abcde");
    west.answers.set(metricsOf("ingress", name), answered(3));
    const plan = withIngress("west", {
      namespace: "ingress",
      selector: { app: "traefik", kind: "edge" },
      serviceAccount: "traefik",
    });
    const clusters = [{ name: "west", kubeconfig: west.kubeconfig }];
    const own = new FiguresReader({ plan, clusters }, new Connections());
    west.requests.length = 0;
    const [first] = await own.read();
    assert.deepEqual(first?.gateway, { proxies: 1, read: 1, traffic: [] });
    assert.equal(west.requests.filter((one) => one.includes(metricsOf("ingress", name))).length, 1);
    west.answers.set(metricsOf("ingress", name), answered(8));
    const [second] = await own.read();
    assert.deepEqual(
      second?.gateway.traffic.map(({ success }) => success),
      [5],
    );
  });
});
