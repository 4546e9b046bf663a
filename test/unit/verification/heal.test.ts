import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { timeLimits } from "../../../system/time-limits.ts";
import { heal } from "../../../verification/index.ts";
import { ok, takenUp } from "../mesh/linked-cluster.ts";
import { destination, destinationMetrics, MixedPair } from "./mixed-pair.ts";
import { core, deployments } from "./running.ts";

/** Each test has its own pair. Healing waits, so the tests run at the same time. */
async function withPair(run: (pair: MixedPair) => Promise<void>): Promise<void> {
  const pair = await MixedPair.start();
  try {
    for (const fake of [pair.west, pair.east]) {
      fake.put(deployments("linkerd-multicluster"), {
        metadata: { name: "linkerd-local-service-mirror" },
        status: { updatedReplicas: 1, availableReplicas: 1 },
      });
    }
    await run(pair);
  } finally {
    await pair.stop();
  }
}

describe("healing", { concurrency: true }, () => {
  const heals = async (pair: MixedPair) => {
    const told: string[] = [];
    const done = await heal(pair.mesh(), (line) => told.push(line));
    assert.deepEqual(done, told);
    return done;
  };
  /** Everything that was changed in a cluster. */
  const changes = (fake: MixedPair["west"]) =>
    fake.requests
      .filter((request) => /^(PATCH|DELETE|PUT)/.test(request))
      .map((request) => request.split("/").slice(-2).join("/"));

  it("does nothing where nothing ails, at one look", () =>
    withPair(async (pair) => {
      pair.federate("web@east");
      assert.deepEqual(await heals(pair), []);
      for (const { requests } of [pair.west, pair.east]) {
        assert.equal(requests.filter((request) => request === "GET /version").length, 1);
      }
      assert.deepEqual([...changes(pair.west), ...changes(pair.east)], []);
    }));

  it("restarts what runs without its proxy, once the injector serves", () =>
    withPair(async (pair) => {
      const gateway = "linkerd-gateway-5d8f-abcde";
      const pods = `${core}/linkerd-multicluster/pods`;
      const pod = pair.east.get(`${pods}/${gateway}`);
      assert.ok(pod);
      pair.east.put(pods, { ...pod, spec: { containers: [{ name: "pause" }] } });
      assert.deepEqual(await heals(pair), [
        `east: restarted linkerd-gateway (pod ${gateway} has no proxy)`,
      ]);
      assert.deepEqual(changes(pair.east), ["deployments/linkerd-gateway"]);
      assert.deepEqual(changes(pair.west), []);
    }));

  it("restarts linkerd-destination that does not watch a target which answers", () =>
    withPair(async (pair) => {
      pair.west.answers.set(destinationMetrics, ok(""));
      assert.deepEqual(await heals(pair), [
        `west: restarted linkerd-destination (pod ${destination} does not watch east)`,
      ]);
      assert.deepEqual(changes(pair.west), ["deployments/linkerd-destination"]);
    }));

  it("lets a rollout come to its end before it begins another one", () =>
    withPair(async (pair) => {
      pair.west.answers.set(destinationMetrics, ok(""));
      const path = `${deployments("linkerd")}/linkerd-destination`;
      const rolledOut = pair.west.get(path);
      assert.ok(rolledOut);
      pair.west.put(deployments("linkerd"), {
        ...rolledOut,
        status: { replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
      });
      const ended = Date.now() + timeLimits.discoveryMissing + 2_000;
      pair.west.onRequest = (method) => {
        if (method === "PATCH") assert.ok(Date.now() >= ended);
        else if (Date.now() >= ended) pair.west.put(deployments("linkerd"), rolledOut);
      };
      assert.equal((await heals(pair)).length, 1);
      assert.deepEqual(changes(pair.west), ["deployments/linkerd-destination"]);
    }));

  it("leaves linkerd-destination alone while the target is silent", () =>
    withPair(async (pair) => {
      const mesh = pair.mesh();
      pair.west.answers.set(destinationMetrics, ok(""));
      await pair.east.stop();
      assert.deepEqual(await heal(mesh, () => undefined), []);
      assert.deepEqual(changes(pair.west), []);
    }));

  it("restarts the service mirror that left a federated member out, the remote or the local one", () =>
    withPair(async (pair) => {
      pair.federate("");
      assert.deepEqual(await heals(pair), [
        "west: restarted controller-east (demo/web-federated lacked the member of east)",
      ]);
      pair.view(pair.west, "web", "web@east");
      pair.view(pair.east, "", "web@west");
      assert.deepEqual(await heals(pair), [
        "east: restarted linkerd-local-service-mirror (demo/web-federated lacked the member of east)",
      ]);
      assert.deepEqual(changes(pair.west), ["deployments/controller-east"]);
    }));

  it("gives what may pass by itself the time to", () =>
    withPair(async (pair) => {
      pair.federate("");
      setTimeout(() => {
        pair.view(pair.west, "web", "web@east");
      }, 1_000);
      assert.deepEqual(await heals(pair), []);
    }));

  it("restarts a service mirror that is stuck on an earlier Link", { timeout: 60_000 }, () =>
    withPair(async (pair) => {
      const pod = "controller-east-5d8f-abcde";
      const log = `${core}/linkerd-multicluster/pods/${pod}/log`;
      pair.west.answers.set(log, ok(takenUp("uid-0", 1)));
      const [line] = await heals(pair);
      assert.match(line ?? "", new RegExp(`west: restarted .* pod ${pod} \\(.*an earlier Link`));
      assert.deepEqual(changes(pair.west), [`pods/${pod}`]);
    }),
  );
});
