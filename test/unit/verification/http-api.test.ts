import assert from "node:assert/strict";
import http from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { KubernetesApiError } from "../../../kubernetes/errors.ts";
import type { Forward, PodAccess } from "../../../kubernetes/http-api.ts";
import { HttpApi } from "../../../kubernetes/http-api.ts";
import { lanesFor } from "../../../kubernetes/lanes.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

const metrics = "/api/v1/namespaces/linkerd-multicluster/pods/controller-1:9999/proxy/metrics";

describe("the API over HTTP", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });
  afterEach(() => fake.stop());

  const api = (forward: Forward, agent?: http.Agent) =>
    new HttpApi(
      fake.address,
      { options: agent === undefined ? {} : { agent }, headers: {} },
      undefined,
      forward,
    );
  const never: Forward = () => Promise.reject(new Error("not to be called"));
  const podText = (forward: Forward) =>
    api(forward).podText("linkerd-multicluster", "controller-1", 9999, "/metrics");

  it("asks a pod past its proxy where the proxy's policy refuses the API server", async () => {
    fake.answers.set(metrics, { status: 403, body: "" });
    const asked: unknown[] = [];
    const text = await podText((request) => {
      asked.push(request);
      return Promise.resolve("gateway_alive 1");
    });
    assert.equal(text, "gateway_alive 1");
    assert.deepEqual(asked, [
      { namespace: "linkerd-multicluster", pod: "controller-1", port: 9999, path: "/metrics" },
    ]);
  });

  it("takes the API server's own refusal as one", async () => {
    const body = { kind: "Status", reason: "Forbidden", message: "no right to pods/proxy" };
    fake.answers.set(metrics, { status: 403, body });
    await assert.rejects(podText(never), /403 Forbidden: no right to pods\/proxy/);
  });

  it("an event in the place of an error has words all the same", async () => {
    fake.answers.set(metrics, { status: 403, body: "" });
    const event: unknown = { type: "error" };
    await assert.rejects(
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as the library does
      podText(() => Promise.reject(event)),
      (error: KubernetesApiError) => /port-forward .*the connection failed/.test(error.message),
    );
  });

  it("asks again where the API server is busy", async () => {
    const path = "/apis/gateway.networking.k8s.io/v1/grpcroutes";
    const message = "storage is (re)initializing";
    fake.answers.set(path, { status: 429, body: { reason: "TooManyRequests", message } });
    const answer = api(never).get(path);
    setTimeout(() => fake.answers.set(path, { status: 200, body: { items: [] } }), 300);
    assert.deepEqual(await answer, { items: [] });
  });

  it("asks a pod's refusing port past its proxy at once, the next time", async () => {
    fake.answers.set(metrics, { status: 403, body: "" });
    const kept = api(() => Promise.resolve("gateway_alive 1"));
    for (let round = 0; round < 3; round += 1) {
      await kept.podText("linkerd-multicluster", "controller-1", 9999, "/metrics");
    }
    assert.equal(fake.requests.filter((one) => one === `GET ${metrics}`).length, 1);
  });

  it("has no more requests under way than its lanes let through, in all clusters together", async () => {
    const other = await FakeKubernetes.start();
    const lanes = lanesFor(3);
    let [now, most] = [0, 0];
    const apis = [fake, other].map((one) => {
      one.delay = async () => {
        most = Math.max(most, ++now);
        await wait(5);
        now -= 1;
      };
      const connection = { options: {}, headers: {} };
      return new HttpApi(one.address, connection, undefined, never, undefined, lanes);
    });
    await Promise.all(apis.flatMap((one) => Array.from({ length: 10 }, () => one.get("/version"))));
    assert.equal(most, 3);
    await other.stop();
  });

  it("counts no time for what waits for its turn", async () => {
    const lanes = lanesFor(1);
    const pods: PodAccess = {
      // Each takes more than half of its limit. What is left is enough for a busy machine.
      exec: (_, signal) => wait(600, { stdout: "", stderr: "", exitCode: 0 }, { signal }),
      atPort: () => Promise.reject(new Error("not to be called")),
    };
    const connection = { options: {}, headers: {} };
    const one = new HttpApi(fake.address, connection, undefined, never, pods, lanes);
    const request = { namespace: "ns", pod: "client", container: "main", command: ["true"] };
    const ended = await Promise.allSettled(
      Array.from({ length: 3 }, () => one.exec({ ...request, limit: 1000 })),
    );
    assert.deepEqual(
      ended.map(({ status }) => status),
      Array(3).fill("fulfilled"),
    );
  });

  it("asks again when a kept connection was closed under it", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const kept = api(never, agent);
    await kept.get("/version");
    const [socket] = Object.values(agent.freeSockets)[0] ?? [];
    assert.ok(socket, "the connection was not kept");
    // What the client sees when the server closes while the next request is on its way.
    const write = socket.write.bind(socket);
    socket.write = ((...args: Parameters<typeof write>) => {
      socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
      return write(...args);
    }) as typeof socket.write;
    assert.deepEqual(await kept.get("/version"), { gitVersion: "v1.34.2" });
    agent.destroy();
  });
});
