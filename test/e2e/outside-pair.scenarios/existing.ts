import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import { verifyStack } from "../../../environments/verify.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { renderVerification } from "../../../verification/index.ts";
import { isNotFound } from "../../../kubernetes/errors.ts";
import { eventually, TestEnvironment } from "../environment.ts";
import type { OutsideCluster } from "../outside-clusters.ts";
import { httpRoutes, type OutsidePair, type OutsideScenario } from "../outside-pair.ts";

const mirror = "/api/v1/namespaces/shop/services/web-south";

export const existing: OutsideScenario = {
  name: "existing",
  title: "two clusters that exist already",
  tests,
};

function tests(pair: OutsidePair): void {
  let environment: TestEnvironment;
  let north: OutsideCluster;
  let south: OutsideCluster;
  let result: UpResult;

  before(async () => {
    ({ north, south } = pair);
    const cluster = (one: OutsideCluster) => ({
      ...pair.spec(one),
      gateway: { addresses: [one.node] },
    });
    environment = await TestEnvironment.create("existing", {
      clusters: [cluster(north), cluster(south)],
      links: [{ between: ["north", "south"] }],
    });
  });
  after(() => environment.dispose({ down: true }));

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
    await pair.assertAsBefore();
    await assert.rejects(north.api.get(httpRoutes), isNotFound);
    await south.api.get(httpRoutes);
  });
}
