import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { CheckResult } from "../../../../verification/index.ts";
import { core } from "../running.ts";
import { places, plannedEntry, putServices } from "../traffic-entry.ts";
import type { TrafficOptions } from "../../../../verification/traffic/options.ts";
import type { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";
import { oneWay, TrafficPair } from "./traffic-pair.ts";

const { remote } = places;
const split = plannedEntry("shop", { west: 3, east: 1 });

describe("requests along the routes of a topology", () => {
  let pair: TrafficPair;
  beforeEach(async () => {
    pair = await TrafficPair.start("real");
    putServices(pair.west, `${core}/shop/services`);
  });
  afterEach(() => pair.stop());

  /** Of every four requests so many are answered by east. */
  const eastAnswers = (ofFour: number) => {
    const { answer } = pair;
    let asked = 0;
    pair.answer = (cluster, url, exported) => {
      if (!url.hostname.startsWith("route-0.")) return answer(cluster, url, exported);
      asked += 1;
      return { status: 200, body: asked % 4 < ofFour ? "server-1" : "server-0" };
    };
  };
  const verified = async (wanted = split, options: TrafficOptions = {}) => {
    const results = await pair.verify(options, { ...oneWay, traffic: [wanted] });
    return (check: string): CheckResult => {
      const found = results.find((one) => one.check === check);
      assert.ok(found, `no result of ${check}`);
      assert.equal(found.subject, "west: shop/web:80");
      return found;
    };
  };

  test("are counted, on a route of the verification's own that goes again", async () => {
    eastAnswers(1);
    const made: string[] = [];
    const { onRequest } = pair.west;
    pair.west.onRequest = (method, path) => {
      onRequest(method, path);
      if (method === "PATCH" && path.includes("httproutes")) made.push(path);
    };
    const resultOf = await verified();
    const traffic = resultOf("route-traffic");
    assert.ok(traffic.state === "passed", JSON.stringify(traffic));
    assert.equal(traffic.detail, "all: east 60, west 180");
    const backends = resultOf("route-backends");
    assert.ok(backends.state === "passed", JSON.stringify(backends));
    assert.equal(backends.detail, "web 1, web-east 1");
    const [path = "", ...others] = made;
    assert.match(path, /verify-[^/]+\/httproutes\/route-0\.80\.traffic$/);
    assert.deepEqual(others, []);
    assert.deepEqual(pair.left(), []);
  });

  for (const [title, ofFour, words] of [
    [
      "too few",
      0,
      /west answered 240 of 240 requests, and should answer 1\d\d to 2\d\d; east answered 0/,
    ],
    ["too many", 2, /east answered 120 of 240 requests, and should answer \d\d to 9\d/],
  ] as const) {
    test(`of which ${title} go to a place fail`, async () => {
      eastAnswers(ofFour);
      const traffic = (await verified())("route-traffic");
      assert.ok(traffic.state === "failed", JSON.stringify(traffic));
      assert.match(traffic.problem, words);
    });
  }

  test("that are lost fail", async () => {
    const { answer } = pair;
    pair.answer = (cluster, url, exported) =>
      url.hostname.startsWith("route-0.")
        ? { status: 504, body: "" }
        : answer(cluster, url, exported);
    const traffic = (await verified())("route-traffic");
    assert.ok(traffic.state === "failed", JSON.stringify(traffic));
    assert.match(traffic.problem, /240 of 240 requests were lost: status 504/);
  });

  test("of a rule with a header carry it, and the others don't", async () => {
    eastAnswers(4);
    const match = { headers: { "x-tenant": "acme" } };
    await verified({
      ...split,
      rules: [{ match, backends: [{ ...remote, weight: 1 }] }, ...split.rules],
    });
    const asked = pair.commands
      .flatMap(({ stdin = "" }) => stdin.split("\nnext\n"))
      .filter((one) => one.includes("route-0."));
    const withHeader = asked.filter((one) => one.includes('header = "x-tenant: acme"'));
    assert.ok(withHeader.length > 0 && withHeader.length % 10 === 0, String(withHeader.length));
    assert.ok(asked.length > withHeader.length);
  });

  test("of a rule with a path and a method are asked so, at a port that answers every path", async () => {
    eastAnswers(4);
    let servers = "";
    const { answer } = pair;
    pair.answer = (...asked) => {
      const paths = pair.west.paths().filter((path) => /verify-[^/]+\/pods\/server-/.test(path));
      servers = JSON.stringify(paths.map((path) => pair.west.get(path)));
      return answer(...asked);
    };
    const match = { path: "/api", method: "PUT", query: { v: "2" } };
    const traffic = (
      await verified({
        ...split,
        rules: [
          { match, backends: [{ ...remote, weight: 1 }] },
          { backends: [{ ...remote, weight: 1 }] },
        ],
      })
    )("route-traffic");
    assert.ok(traffic.state === "passed", JSON.stringify(traffic));
    assert.equal(traffic.detail, "match: east 10; all: east 10");
    const asked = pair.commands
      .flatMap(({ stdin = "" }) => stdin.split("\nnext\n"))
      .filter((one) => one.includes("route-0."));
    const ofRule = asked.filter((one) => one.includes('request = "PUT"'));
    assert.ok(ofRule.length > 0 && ofRule.length < asked.length);
    for (const one of ofRule) assert.match(one, /url = "http:\/\/route-0\.[^/]+:81\/api\?v=2"/);
    for (const one of asked.filter((other) => !ofRule.includes(other))) {
      assert.match(one, /:81\/linkerd-topology-verify"/);
    }
    assert.match(servers, /--http-override=\/hostname/);
  });

  test("of which no answer says who sent it are not sent", async () => {
    eastAnswers(4);
    const only = { backends: [{ ...remote, weight: 1 }] };
    for (const match of [{ method: "HEAD" }, { path: "/" }]) {
      const traffic = (await verified({ ...split, rules: [{ match, ...only }, only] }))(
        "route-traffic",
      );
      assert.ok(traffic.state === "passed", JSON.stringify(traffic));
      assert.match(traffic.detail ?? "", /east 10; 1 rules not asked$/);
    }
  });

  test("move in a drill when the probes of a place are away, and back", async () => {
    const selected = (fake: FakeKubernetes): boolean =>
      fake
        .paths()
        .filter((path) => /verify-[^/]+\/pods\/server-/.test(path))
        .every((path) => fake.get(path)?.metadata.labels?.["app"] === "server");
    const { answer } = pair;
    pair.answer = (cluster, url, exported) => {
      if (!url.hostname.startsWith("route-0.")) return answer(cluster, url, exported);
      return { status: 200, body: selected(pair.west) ? "server-0" : "server-1" };
    };
    const failover = plannedEntry("shop", { west: 1_000_000, east: 1 });
    const moved = (await verified(failover, { drill: true }))("route-drill");
    assert.ok(moved.state === "passed", JSON.stringify(moved));
    assert.equal(moved.detail, "without west: all: east 10, then all: west 240");
    assert.deepEqual(pair.left(), []);
    pair.answer = (cluster, url, exported) =>
      url.hostname.startsWith("route-0.")
        ? { status: selected(pair.west) ? 200 : 503, body: "server-0" }
        : answer(cluster, url, exported);
    const stuck = (await verified(failover, { drill: true }))("route-drill");
    assert.ok(stuck.state === "failed", JSON.stringify(stuck));
    assert.match(
      stuck.problem,
      /^without the probes of west: 10 of 10 requests were lost: status 503/,
    );
  });

  test("are not put where nothing of the kind is exported", async () => {
    const flat = { ...remote, kind: "remote-discovery" } as const;
    const wanted = { ...split, rules: [{ backends: [{ ...flat, weight: 1 }] }] };
    const traffic = (await verified(wanted))("route-traffic");
    assert.ok(traffic.state === "not run", JSON.stringify(traffic));
    assert.match(traffic.reason, /no probe is exported/);
  });

  /** What clients get for calls of gRPC. Of every four so many go to east, and so many are counted. */
  const grpcAnswers = (ofFour: number, { body = "12 unknown service", countedOfFour = 4 } = {}) => {
    const { answer } = pair;
    let asked = 0;
    pair.answer = (cluster, url, exported) => {
      if (!url.hostname.startsWith("route-0.")) return answer(cluster, url, exported);
      const turn = asked++ % 4;
      if (turn < countedOfFour) pair.grpcCalls[turn < ofFour ? "east" : "west"] += 1;
      return { status: 200, body };
    };
  };
  const grpc = { ...split, protocol: "grpc" } as const;

  test("of gRPC are calls that the servers' proxies count", async () => {
    grpcAnswers(1);
    let servers = "";
    const { answer } = pair;
    pair.answer = (...asked) => {
      const paths = pair.west.paths().filter((path) => /verify-[^/]+\/pods\/server-/.test(path));
      servers = JSON.stringify(paths.map((path) => pair.west.get(path)));
      return answer(...asked);
    };
    const traffic = (await verified(grpc))("route-traffic");
    assert.ok(traffic.state === "passed", JSON.stringify(traffic));
    assert.equal(traffic.detail, "all: east 60, west 180");
    assert.match(servers, /"grpc-health-checking","--port=8091"/);
    const [asked = ""] = pair.commands
      .flatMap(({ stdin = "" }) => stdin.split("\nnext\n"))
      .filter((one) => one.includes("route-0."));
    assert.match(asked, /url = "http:\/\/call-\d+:82\/linkerd\.topology\.Verify\/Ask"/);
    assert.match(asked, /header = "host: route-0\.[^"]+:82"/);
    for (const line of [
      "http2-prior-knowledge",
      'request = "POST"',
      'header = "content-type: application/grpc"',
    ])
      assert.ok(asked.split("\n").includes(line), line);
  });

  for (const [title, answers, words] of [
    [
      "go to the wrong place",
      () => grpcAnswers(3),
      /west answered 60 of 240 requests, and should answer 1\d\d to 2\d\d/,
    ],
    [
      "no proxy counts",
      () => grpcAnswers(1, { countedOfFour: 3 }),
      /the proxies of the probes counted 180 of 240 requests/,
    ],
    [
      "Linkerd's proxy answers itself",
      () => grpcAnswers(1, { body: "14 no ready endpoint" }),
      /240 of 240 requests were lost: status 200: 14 no ready endpoint/,
    ],
  ] as const) {
    test(`of gRPC that ${title} fail`, async () => {
      answers();
      const traffic = (await verified(grpc))("route-traffic");
      assert.ok(traffic.state === "failed", JSON.stringify(traffic));
      assert.match(traffic.problem, words);
    });
  }

  test("of gRPC carry the service and the method of their rule", async () => {
    grpcAnswers(4);
    const only = { backends: [{ ...remote, weight: 1 }] };
    const rules = [
      { match: { grpcService: "users.v1.Accounts", method: "Login" }, ...only },
      { match: { grpcService: "grpc.health.v1.Health" }, ...only },
      only,
    ];
    const traffic = (await verified({ ...grpc, rules }))("route-traffic");
    assert.ok(traffic.state === "passed", JSON.stringify(traffic));
    assert.equal(traffic.detail, "match: east 10; all: east 10; 1 rules not asked");
    const asked = pair.commands.map(({ stdin = "" }) => stdin).join("\n");
    assert.match(asked, /:82\/users\.v1\.Accounts\/Login"/);
  });

  test("have nowhere to go where destination knows no endpoint of a place", async () => {
    eastAnswers(1);
    pair.destination = () => [];
    const backends = (await verified())("route-backends");
    assert.ok(backends.state === "failed", JSON.stringify(backends));
    assert.match(backends.problem, /nowhere to send requests for web \(no endpoint\), web-east/);
  });

  test("of a place that somebody scaled to none go elsewhere, which is a notice", async () => {
    eastAnswers(1);
    const endpoints = `${core}/shop/endpoints`;
    const ready = { subsets: [{ addresses: [{ ip: "10.10.0.9" }], ports: [{ port: 80 }] }] };
    pair.east.put(endpoints, { metadata: { name: "web" }, ...ready });
    const known = pair.destination("west", "");
    pair.destination = (_, authority) => (authority.includes("web.shop.") ? [] : known);
    const scaled = (await verified())("route-backends");
    assert.ok(scaled.state === "passed", JSON.stringify(scaled));
    assert.equal(scaled.notice, "web: no ready pods there, so requests go to the other places");
    pair.west.put(endpoints, { metadata: { name: "web" }, ...ready });
    const unknown = (await verified())("route-backends");
    assert.ok(unknown.state === "failed", JSON.stringify(unknown));
    assert.match(unknown.problem, /for web \(no endpoint; pods are ready in west\)$/);
  });

  test("wait for their Services", async () => {
    eastAnswers(1);
    pair.west.remove(`${core}/shop/services/web-east`);
    const backends = (await verified())("route-backends");
    assert.ok(backends.state === "not run", JSON.stringify(backends));
    assert.equal(backends.reason, "waiting for the Service web-east");
  });
});
