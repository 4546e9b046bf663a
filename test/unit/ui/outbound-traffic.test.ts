import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  increaseOf,
  outboundCounters,
  quantileOf,
  sumOf,
} from "../../../linkerd/signals/outbound-traffic.ts";

const labels = (more: string): string =>
  `direction="outbound",authority="web.shop.svc.cluster.local:80",target_addr="10.20.0.5:8080",target_ip="10.20.0.5",target_port="8080",tls="true",${more}`;

const metrics = `# HELP response_total Total count of HTTP responses.
# TYPE response_total counter
response_total{${labels('status_code="200",classification="success"')}} 90
response_total{${labels('status_code="503",classification="failure"')}} 10
response_total{direction="inbound",target_addr="0.0.0.0:80",classification="success"} 7
response_latency_ms_bucket{${labels('status_code="200",le="1"')}} 50
response_latency_ms_bucket{${labels('status_code="200",le="10"')}} 80
response_latency_ms_bucket{${labels('status_code="200",le="+Inf"')}} 90
response_latency_ms_bucket{${labels('status_code="503",le="1"')}} 0
response_latency_ms_bucket{${labels('status_code="503",le="10"')}} 10
response_latency_ms_bucket{${labels('status_code="503",le="+Inf"')}} 10
response_total{direction="outbound",authority="web-east.shop.svc.cluster.local:80",target_addr="172.19.0.9:30143",dst_target_cluster="east",classification="success"} 4
request_total{${labels('status_code="200"')}} 100
`;

describe("what a proxy counts of the requests that its pod sends", () => {
  it("is read by the Service and by who answered", () => {
    assert.deepEqual(outboundCounters(metrics), [
      {
        authority: "web.shop.svc.cluster.local:80",
        link: undefined,
        address: "10.20.0.5",
        success: 90,
        failure: 10,
        latency: [
          { upTo: 1, count: 50 },
          { upTo: 10, count: 90 },
          { upTo: Infinity, count: 100 },
        ],
      },
      {
        authority: "web-east.shop.svc.cluster.local:80",
        link: "east",
        address: "172.19.0.9",
        success: 4,
        failure: 0,
        latency: [],
      },
    ]);
  });

  it("is nothing where the proxy counts none of it", () => {
    assert.deepEqual(outboundCounters(""), []);
    assert.deepEqual(outboundCounters("<html>502</html>"), []);
  });

  const one = (success: number, failure = 0) => ({
    authority: "web.shop.svc.cluster.local:80",
    link: undefined,
    address: "10.20.0.5",
    success,
    failure,
    latency: [{ upTo: Infinity, count: success + failure }],
  });

  const cases: readonly (readonly [
    what: string,
    before: ReturnType<typeof one>[] | undefined,
    after: ReturnType<typeof one>[],
    increase: readonly (readonly [success: number, failure: number])[],
  ])[] = [
    ["a first look has nothing to compare with", undefined, [one(90)], []],
    ["what is more counts", [one(90, 1)], [one(100, 3)], [[10, 2]]],
    ["what is the same is left out", [one(90)], [one(90)], []],
    ["a new way counts from nothing", [], [one(5)], [[5, 0]]],
    ["a proxy that was restarted counts from nothing", [one(90)], [one(5)], [[5, 0]]],
    ["a way that was never used is left out", [], [one(0)], []],
  ];
  for (const [what, before, after, increase] of cases) {
    it(what, () => {
      assert.deepEqual(
        increaseOf(before, after).map(({ success, failure }) => [success, failure]),
        increase,
      );
    });
  }

  it("adds up over proxies", () => {
    const { success, failure, latency } = sumOf([one(90, 10), one(10)]);
    assert.deepEqual([success, failure], [100, 10]);
    assert.deepEqual(latency, [{ upTo: Infinity, count: 110 }]);
  });

  it("has quantiles between the limits of buckets", () => {
    const latency = [
      { upTo: 1, count: 50 },
      { upTo: 10, count: 90 },
      { upTo: Infinity, count: 100 },
    ];
    assert.equal(quantileOf(latency, 0.5), 1);
    assert.equal(quantileOf(latency, 0.7), 5.5);
    // Nothing is known beyond the last limit.
    assert.equal(quantileOf(latency, 0.99), 10);
    assert.equal(quantileOf([], 0.5), undefined);
    assert.equal(quantileOf([{ upTo: Infinity, count: 0 }], 0.5), undefined);
  });
});
