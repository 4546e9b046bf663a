import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { TrafficPlan } from "../../../../planning/plan-types.ts";
import type { CheckResult } from "../../../../verification/index.ts";
import { core } from "../running.ts";
import { oneWay, TrafficPair } from "./traffic-pair.ts";

const local = { kind: "local", service: "web", clusters: ["west"] } as const;
const remote = { kind: "gateway", service: "web-east", clusters: ["east"] } as const;
const split: TrafficPlan = {
  cluster: "west",
  namespace: "shop",
  service: "web",
  port: 80,
  protocol: "http",
  alias: false,
  annotations: {},
  serviceAnnotations: {},
  rules: [
    {
      backends: [
        { ...local, weight: 3 },
        { ...remote, weight: 1 },
      ],
    },
  ],
};

describe("requests along the routes of a topology", () => {
  let pair: TrafficPair;
  beforeEach(async () => {
    pair = await TrafficPair.start("real");
    for (const name of ["web", "web-east"]) {
      pair.west.put(`${core}/shop/services`, { metadata: { name } });
    }
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
  const verified = async (wanted = split) => {
    const results = await pair.verify({}, { ...oneWay, traffic: [wanted] });
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

  test("are not put where nothing of the kind is exported, or by gRPC", async () => {
    const flat = { ...remote, kind: "remote-discovery" } as const;
    for (const [wanted, reason] of [
      [{ ...split, rules: [{ backends: [{ ...flat, weight: 1 }] }] }, /no probe is exported/],
      [{ ...split, protocol: "grpc" }, /no gRPC/],
    ] as const) {
      const traffic = (await verified(wanted))("route-traffic");
      assert.ok(traffic.state === "not run", JSON.stringify(traffic));
      assert.match(traffic.reason, reason);
    }
  });

  test("have nowhere to go where destination knows no endpoint of a place", async () => {
    eastAnswers(1);
    pair.destination = () => [];
    const backends = (await verified())("route-backends");
    assert.ok(backends.state === "failed", JSON.stringify(backends));
    assert.match(backends.problem, /nowhere to send requests for web \(no endpoint\), web-east/);
  });

  test("wait for their Services", async () => {
    eastAnswers(1);
    pair.west.remove(`${core}/shop/services/web-east`);
    const backends = (await verified())("route-backends");
    assert.ok(backends.state === "not run", JSON.stringify(backends));
    assert.equal(backends.reason, "waiting for the Service web-east");
  });
});
