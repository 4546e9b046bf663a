import assert from "node:assert/strict";
import { it } from "node:test";
import type { ClusterView } from "../../../ui/model.ts";
import { aboutFigures, silentPrometheus, sourceOf } from "../../../ui/web/sources.ts";
import { ago, isNear, milliseconds, percent, rate, until } from "../../../ui/web/format.ts";

const now = Date.parse("2026-06-01T12:00:00Z");

const counted =
  "Requests, success and latencies are what the proxies of the source's workloads counted";

const cases: (readonly [shown: string, expected: string])[] = [
  [rate(undefined), "–"],
  [rate(0), "0/s"],
  [rate(0.126), "0.13/s"],
  [rate(12.34), "12.3/s"],
  [rate(1234.4), "1234/s"],
  [percent(undefined), "–"],
  [percent(1), "100 %"],
  [percent(0), "0 %"],
  [percent(0.99999), "99.99 %"],
  [percent(0.964), "96.4 %"],
  [milliseconds(undefined), "–"],
  [milliseconds(0.4), "0.40 ms"],
  [milliseconds(12.6), "13 ms"],
  [milliseconds(2345), "2.35 s"],
  [until("2026-06-24T12:00:00Z", now), "in 23 days"],
  [until("2026-06-01T17:00:00Z", now), "in 5 hours"],
  [until("2026-06-01T12:30:00Z", now), "in 30 minutes"],
  [until("2026-05-29T12:00:00Z", now), "ended 3 days ago"],
  [ago(now - 500, now), "just now"],
  [ago(now - 12_000, now), "12 s ago"],
  [ago(now - 300_000, now), "5 min ago"],
  [String(isNear("2026-06-24T12:00:00Z", now)), "true"],
  [String(isNear("2026-08-24T12:00:00Z", now)), "false"],
];

const asked = (name: string, figures: ClusterView["figures"]) => ({
  name,
  ...(figures && { figures }),
});
const collected = asked("west", { from: "prometheus", seconds: 120 });
const silent = asked("east", { from: "proxies", seconds: 10, instead: "Prometheus is away" });
const silentSince = asked("east", { from: "proxies", instead: "Prometheus is away" });
cases.push(
  [
    aboutFigures([asked("west", { from: "proxies", seconds: 10 })]),
    `${counted} since the look before.`,
  ],
  [aboutFigures([asked("west", undefined)]), `${counted} since the look before.`],
  [aboutFigures([collected]), `${counted} in the last 120 s, as Prometheus in its cluster tells.`],
  [
    aboutFigures([collected, silent]),
    `${counted} in the last 120 s, as Prometheus in its cluster tells; of east, since the look before, as the proxies tell.`,
  ],
  [String(sourceOf(asked("west", undefined))), "undefined"],
  [String(sourceOf(collected)), "Prometheus, of the last 120 s"],
  [String(sourceOf(silent)), "its proxies, since the look before"],
  [
    JSON.stringify(silentPrometheus([collected, silentSince])),
    '[{"name":"east","why":"Prometheus is away"}]',
  ],
);
for (const [shown, expected] of cases) {
  it(`shows ${expected}`, () => assert.equal(shown, expected));
}
