import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { collectedTraffic } from "../../../environments/collected-traffic.ts";
import { renderTraffic } from "../../../environments/report/render-traffic.ts";
import { collectedCounters, trafficQuery } from "../../../linkerd/signals/collected-traffic.ts";
import type { PrometheusSample } from "../../../linkerd/signals/collected-traffic.ts";
import type { ObservabilityPlan, Plan } from "../../../planning/plan-types.ts";
import { Connections } from "../../../verification/connections.ts";
import { FiguresReader } from "../../../verification/figures.ts";
import type { ClusterFigures } from "../../../verification/figures.ts";
import { styleOf } from "../../../verification/render/style.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { twoClusters } from "../verification/planned.ts";
import { core } from "../verification/running.ts";
import { statusOf } from "./recorded.ts";

const observability: ObservabilityPlan = {
  namespace: "linkerd-observability",
  retention: "7d",
  scrapeInterval: "30s",
  resources: { requests: {} },
  clusters: [],
};
const plan: Plan = { ...twoClusters, observability };
const image = "cr.l5d.io/linkerd/proxy:edge-26.6.3";
const pods = (namespace: string) => `${core}/${namespace}/pods`;
const queried = `${pods("linkerd-observability")}/prometheus-5d8f-abcde:9090/proxy/api/v1/query`;
const metrics = `${pods("shop")}/client-5d8f-abcde:4191/proxy/metrics`;

const sample = (value: number, metric: Readonly<Record<string, string>>): PrometheusSample => ({
  metric,
  value: [0, String(value)],
});
const answer = (...result: readonly PrometheusSample[]) =>
  ok(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
const toEast = {
  authority: "web-east.shop.svc.cluster.local:80",
  dst_target_cluster: "east",
  target_addr: "172.19.0.9:4143",
};
const traffic = [
  sample(228.5, { ...toEast, classification: "success" }),
  sample(11.5, { ...toEast, classification: "failure" }),
  sample(120, { ...toEast, le: "10" }),
  sample(240, { ...toEast, le: "20" }),
  sample(240, { ...toEast, le: "+Inf" }),
  sample(0, { authority: "quiet.shop.svc.cluster.local:80", classification: "success" }),
];

describe("the figures of a topology with a Prometheus", () => {
  let west: FakeKubernetes;
  let queries: string[];
  before(async () => {
    west = await FakeKubernetes.start();
    pod("shop", "client-5d8f-abcde");
    pod("linkerd-multicluster", "linkerd-gateway-5d8f-abcde");
  });
  beforeEach(() => {
    queries = [];
    pod("linkerd-observability", "prometheus-5d8f-abcde", { labels: { app: "prometheus" } });
    west.requests.length = 0;
    west.answers.set(metrics, ok("response_total 0\n"));
    west.answers.set(queried, (_, query) => {
      const text = query.get("query") ?? "";
      queries.push(text);
      const isOfGateway = text.includes("pod=~");
      if (!text.includes("increase")) return answer(sample(2, {}));
      return isOfGateway ? answer() : answer(...traffic);
    });
  });
  after(() => west.stop());

  const pod = (
    namespace: string,
    name: string,
    { labels = {}, ready = "True" }: { labels?: Record<string, string>; ready?: string } = {},
  ): void => {
    west.put(pods(namespace), {
      metadata: { name, labels },
      spec: { containers: [{ name: "main" }, { name: "linkerd-proxy", image }] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] },
    });
  };
  const mesh = (of = plan) => ({
    plan: of,
    clusters: [{ name: "west", kubeconfig: west.kubeconfig }],
  });
  const look = async (
    of = plan,
    options: { readonly proxies?: boolean } = {},
  ): Promise<ClusterFigures> => {
    const [figures] = await new FiguresReader(mesh(of), new Connections(), options).read();
    assert.ok(figures);
    return figures;
  };

  it("are what Prometheus tells, in the first look, and no proxy is read", async () => {
    const { source, seconds, clients, gateway, releases } = await look();
    assert.deepEqual(source, { from: "prometheus" });
    assert.equal(seconds, 120);
    // The gateway and Linkerd's own proxies are no clients: here Prometheus' own is one.
    assert.deepEqual([clients.proxies, clients.read, clients.unread], [2, 2, undefined]);
    assert.deepEqual([gateway.proxies, gateway.read, gateway.traffic], [1, 1, []]);
    assert.deepEqual(
      clients.traffic.map(({ link, address, success, failure, latency }) => [
        ...[link, address, success, failure],
        latency.map(({ upTo, count }) => [upTo, count]),
      ]),
      [
        [
          ...["east", "172.19.0.9", 228.5, 11.5],
          [
            [10, 120],
            [20, 240],
            [Infinity, 240],
          ],
        ],
      ],
    );
    assert.deepEqual(releases?.gateways, ["edge-26.6.3"]);
    assert.deepEqual(
      west.requests.filter((one) => one.includes(":4191")),
      [],
    );
  });

  it("are asked for by the cluster, over four scrapes, without Linkerd's own proxies", async () => {
    await look({ ...plan, observability: { ...observability, scrapeInterval: "2m" } });
    const of = (selector: string) =>
      [`count(up{${selector}} == 1)`, trafficQuery(selector, 480)] as const;
    const all = 'job="linkerd-proxy", cluster="west"';
    assert.deepEqual(
      [...queries].sort(),
      [
        `count(up{${all}})`,
        ...of(`${all}, namespace!~"linkerd|linkerd-multicluster"`),
        ...of(`${all}, pod=~"linkerd-gateway-5d8f-abcde"`),
      ].sort(),
    );
  });

  it("are no more than a part where Prometheus doesn't read every proxy, and that is told", async () => {
    west.answers.set(queried, (_, query) =>
      query.get("query")?.includes("== 1") === true ? answer() : answer(sample(2, {})),
    );
    const { source, clients } = await look();
    assert.equal(source.from, "prometheus");
    assert.deepEqual([clients.proxies, clients.read], [2, 0]);
    assert.match(clients.unread ?? "", /Prometheus reads 0 of 2/);
  });

  const silent: readonly (readonly [what: string, change: () => void, why: RegExp])[] = [
    [
      "has no pod that is Ready",
      () => {
        pod("linkerd-observability", "prometheus-5d8f-abcde", {
          labels: { app: "prometheus" },
          ready: "False",
        });
      },
      /Prometheus has no pod that is Ready \(Running\)/,
    ],
    [
      "has no pod",
      () => {
        west.remove(`${pods("linkerd-observability")}/prometheus-5d8f-abcde`);
      },
      /Prometheus has no pod that is Ready$/,
    ],
    [
      "is away",
      () => west.answers.set(queried, { status: 503, body: "no endpoints" }),
      /Prometheus doesn't answer: .*503.*no endpoints/,
    ],
    [
      "can't evaluate the query",
      () => west.answers.set(queried, ok('{"status":"error","error":"too many samples"}')),
      /Prometheus doesn't answer: too many samples/,
    ],
    [
      "answers something else",
      () => west.answers.set(queried, ok("<html>")),
      /Prometheus doesn't answer: <html>/,
    ],
    [
      "has read no proxy yet",
      () => west.answers.set(queried, answer()),
      /Prometheus has read no proxy/,
    ],
  ];
  for (const [what, change, why] of silent) {
    it(`are those of the proxies where Prometheus ${what}, and that is told`, async () => {
      change();
      const { source, seconds, clients } = await look();
      assert.equal(source.from, "proxies");
      assert.match(source.instead ?? "", why);
      assert.equal(seconds, undefined);
      assert.ok(clients.read > 0);
      assert.ok(west.requests.includes(`GET ${metrics}`));
    });
  }

  it("are those of the proxies without a word where the topology has none", async () => {
    const { source } = await look(twoClusters);
    assert.deepEqual(source, { from: "proxies" });
    assert.deepEqual(queries, []);
  });

  const status = () => statusOf(plan, new Date());

  it("are in the status, by Link, and what isn't known is not zero", async () => {
    const collected = await collectedTraffic(mesh(), status());
    assert.ok(collected);
    const [toEast, toWest] = collected.links;
    assert.equal(toEast?.traffic?.perSecond, 2);
    assert.equal(toEast.traffic.success?.toFixed(3), "0.952");
    assert.equal(toEast.traffic.p95, 19);
    assert.deepEqual([toWest?.source, toWest?.traffic], ["east", undefined]);
    const text = renderTraffic(collected, styleOf({ color: false, width: 100 }));
    assert.match(text, /^west → east +2\.00\/s +95\.2 % +10 ms +19 ms +20 ms$/m);
    assert.match(text, /^east → west +unknown +– +– +– +–$/m);
    assert.match(text, /In the last 120 s, as Prometheus/);
    assert.match(text, /^east: nothing was read$/m);
  });

  it("say in the status why Prometheus tells nothing, and no proxy is read for a single look", async () => {
    west.answers.set(queried, { status: 503, body: "no endpoints" });
    const collected = await collectedTraffic(mesh(), status());
    assert.equal(collected?.links[0]?.traffic, undefined);
    assert.match(collected?.links[0]?.unknown ?? "", /Prometheus doesn't answer/);
    assert.ok(!west.requests.includes(`GET ${metrics}`));
    const text = renderTraffic(collected ?? { links: [] }, styleOf({ color: false, width: 100 }));
    assert.match(text, /^west: Prometheus doesn't answer: .*no endpoints$/m);
    assert.doesNotMatch(text, /In the last/);
  });

  it("are not in the status without a Prometheus, or without a data plane", async () => {
    assert.equal(await collectedTraffic(mesh(twoClusters), status()), undefined);
    assert.equal(await collectedTraffic(mesh(), { ...status(), dataPlane: "none" }), undefined);
    assert.deepEqual(queries, []);
  });
});

describe("what Prometheus answers", () => {
  it("is nothing where nothing was counted", () => {
    assert.deepEqual(collectedCounters([]), []);
    assert.deepEqual(collectedCounters([sample(0, { ...toEast, classification: "success" })]), []);
  });
});
