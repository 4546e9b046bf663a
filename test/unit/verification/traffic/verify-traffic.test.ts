import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { assertEach } from "../../../assert-each.ts";
import type { CheckResult } from "../../../../verification/index.ts";
import { expiresAnnotation, verificationLabel } from "../../../../verification/traffic/names.ts";
import { mixedClusters } from "../mixed-pair.ts";
import { twoClusters } from "../planned.ts";
import { core } from "../running.ts";
import { TrafficPair } from "./traffic-pair.ts";

const states = (results: readonly CheckResult[]) =>
  Object.fromEntries(results.map(({ subject, check, state }) => [`${subject} ${check}`, state]));
const resultOf = (results: readonly CheckResult[], check: string): CheckResult => {
  const found = results.find((one) => one.check === check);
  assert.ok(found, `no result of ${check}`);
  return found;
};
const problemOf = (results: readonly CheckResult[], check: string): string => {
  const found = resultOf(results, check);
  assert.equal(found.state, "failed", JSON.stringify(found));
  return found.problem;
};

describe("traffic over a Link", () => {
  let pair: TrafficPair;
  const start = async (dataPlane: "real" | "none" = "real"): Promise<TrafficPair> => {
    pair = await TrafficPair.start(dataPlane);
    return pair;
  };
  afterEach(() => pair.stop());

  test("all is well: each check passes, and nothing is left", async () => {
    const { commands } = await start();
    const told: CheckResult[] = [];
    const results = await pair.verify({ onResult: (result) => told.push(result) });
    assert.deepEqual(states(results), {
      "west probes-ready": "passed",
      "east probes-ready": "passed",
      "west → east credentials-accepted": "passed",
      "west → east gateway-control": "passed",
      "west → east gateway-mirror": "passed",
      "west → east gateway-endpoints": "passed",
      "west → east gateway-traffic": "passed",
    });
    assert.equal(told.length, results.length);
    assert.deepEqual(pair.left(), []);
    assertEach("results about traffic", results, ({ group }) => group === "traffic");
    for (const { command } of commands) assert.deepEqual(command, ["curl", "--config", "-"]);
    assert.ok(commands.some(({ stdin = "" }) => stdin.includes("authorization: Bearer hunter2")));
    assert.doesNotMatch(JSON.stringify(results), /hunter2/);
  });

  test("without a data plane the controllers are asked, and traffic is not", async () => {
    await start("none");
    const results = await pair.verify();
    const { "west → east gateway-traffic": traffic, ...rest } = states(results);
    assert.equal(traffic, "not run");
    assertEach("other checks that pass", Object.values(rest), (state) => state === "passed");
  });

  test("something answers before anything is exported: no request proves anything", async () => {
    await start();
    pair.answer = (_, { pathname }) => ({
      status: 200,
      body: pathname === "/hostname" ? "server-1" : "gateway.identity",
    });
    assert.match(problemOf(await pair.verify(), "gateway-control"), /although nothing is exported/);
  });

  test("another cluster's server answers", async () => {
    await start();
    const { answer } = pair;
    pair.answer = (cluster, url, exported) => {
      const given = answer(cluster, url, exported);
      return given.body === "server-1" ? { ...given, body: "server-0" } : given;
    };
    assert.match(problemOf(await pair.verify(), "gateway-traffic"), /server-0 in west/);
  });

  test("the server sees no client, or another one", async () => {
    await start();
    const { answer } = pair;
    for (const [seen, words] of [
      ["", /unencrypted/],
      ["client-west.ns", /the server saw client-west\.ns and not gateway\.identity/],
    ] as const) {
      pair.answer = (cluster, url, exported) => {
        const given = answer(cluster, url, exported);
        return given.body === "gateway.identity" ? { ...given, body: seen } : given;
      };
      assert.match(problemOf(await pair.verify(), "gateway-traffic"), words);
    }
  });

  test("the gateway lets nothing through", async () => {
    await start();
    const { answer } = pair;
    pair.answer = (cluster, url, exported) =>
      url.pathname === "/hostname" && exported
        ? { status: 504, body: "" }
        : answer(cluster, url, exported);
    const results = await pair.verify();
    assert.match(problemOf(results, "gateway-traffic"), /no answer from east: status 504/);
  });

  test("no mirror comes: what rests on it isn't asked", async () => {
    await start();
    pair.mirrors = false;
    const results = await pair.verify();
    assert.match(problemOf(results, "gateway-mirror"), /west has no Service gateway-east/);
    assert.equal(resultOf(results, "gateway-endpoints").state, "not run");
    assert.equal(resultOf(results, "gateway-traffic").state, "not run");
  });

  test("a mirror leads elsewhere than to the gateway", async () => {
    await start();
    pair.mirrorPort = 4143;
    assert.match(
      problemOf(await pair.verify(), "gateway-mirror"),
      /172\.19\.0\.20:4143, and not 172\.19\.0\.20:30143/,
    );
  });

  test("linkerd-destination knows nothing, something else, or another identity", async () => {
    await start();
    for (const [endpoints, words] of [
      [[], /it knows no endpoint/],
      [
        [{ address: "10.9.9.9", port: 80, identity: "gateway.identity" }],
        /it knows 10\.9\.9\.9:80/,
      ],
      [[{ address: "172.19.0.20", port: 30143, identity: undefined }], /without TLS/],
      [[{ address: "172.19.0.20", port: 30143, identity: "x" }], /expect x at/],
    ] as const) {
      pair.destination = () => endpoints;
      assert.match(problemOf(await pair.verify({ limit: 50 }), "gateway-endpoints"), words);
    }
  });

  test("credentials: each way in which they are refused says what it is", async () => {
    await start();
    const { answer } = pair;
    for (const [given, words] of [
      [{ status: 401, body: "{}" }, /status 401/],
      [{ status: 403, body: '{"message":"services is forbidden"}' }, /403: services is forbidden/],
      [{ status: 0, error: "Could not resolve host: x" }, /Could not resolve host/],
      [{ status: 0, error: "SSL certificate problem" }, /SSL certificate problem/],
    ] as const) {
      pair.answer = (cluster, url, exported) =>
        url.pathname.startsWith("/api/") ? given : answer(cluster, url, exported);
      const results = await pair.verify();
      assert.match(problemOf(results, "credentials-accepted"), words);
      assert.doesNotMatch(JSON.stringify(results), /hunter2/);
    }
    pair.west.remove(`${core}/linkerd-multicluster/secrets/cluster-credentials-east`);
    assert.match(problemOf(await pair.verify(), "credentials-accepted"), /there is no Secret/);
  });

  test("a request that isn't answered in time proves nothing, and is put once more", async () => {
    await start();
    const { answer } = pair;
    const late = { status: 0, error: "Operation timed out after 5000 milliseconds" };
    let asked = 0;
    pair.answer = (cluster, url, exported) => {
      if (!exported && url.pathname === "/hostname") asked += 1;
      return exported || url.pathname.startsWith("/api/") ? answer(cluster, url, exported) : late;
    };
    const control = resultOf(await pair.verify(), "gateway-control");
    assert.ok(control.state === "not run", control.state);
    assert.match(control.reason, /no refusal in time: Operation timed out/);
    assert.equal(asked, 2);
    const east = { ...mixedClusters, links: mixedClusters.links.slice(1) };
    assert.equal(resultOf(await pair.verify({}, east), "no-way-without-link").state, "not run");
  });

  test("credentials are taken as refused only when they were, and not by a slow machine", async () => {
    await start();
    const { answer } = pair;
    let first = true;
    pair.answer = (cluster, url, exported) => {
      if (!url.pathname.startsWith("/api/") || !first) return answer(cluster, url, exported);
      first = false;
      return { status: 0, error: "Connection timed out after 5001 milliseconds" };
    };
    assert.equal(resultOf(await pair.verify(), "credentials-accepted").state, "passed");
  });

  test("what a cluster's client is asked at the same time is one command", async () => {
    await start();
    await pair.verify();
    const { length } = pair.commands;
    // The credentials together with what has to fail, and then what has to succeed.
    assert.equal(length, 2, JSON.stringify(pair.commands.map(({ stdin }) => stdin)));
  });

  test("a headless mirror that lost its pods' names is cured as up does it, and it is told", async () => {
    await start();
    const { answer } = pair;
    pair.answer = (cluster, url, exported) =>
      url.hostname.startsWith("server-1.headless-east.")
        ? answer(cluster, new URL(url.pathname, "http://gateway-east.x"), exported)
        : answer(cluster, url, exported);
    const headless = { ...twoClusters, links: twoClusters.links.slice(0, 1) };
    const named = resultOf(await pair.verify({ limit: 10_000 }, headless), "headless-mirror");
    assert.deepEqual([named.state, named.notice], ["passed", undefined]);
    pair.losesNames = true;
    const lost = resultOf(await pair.verify({ limit: 10_000 }, headless), "headless-mirror");
    assert.equal(lost.state, "passed", JSON.stringify(lost));
    assert.match(lost.notice ?? "", /Endpoints of headless-east lack server-1 until .* touched/);
  });

  test("names that a headless mirror loses later are cured while traffic waits for them", async () => {
    await start("real");
    const { answer } = pair;
    const isTouched = () =>
      pair.east.requests.some((request) => /^PATCH .*\/endpoints\/headless$/.test(request));
    pair.answer = (cluster, url, exported) => {
      if (!url.hostname.startsWith("server-1.headless-east.")) {
        return answer(cluster, url, exported);
      }
      // The mirror had them before the first request.
      pair.losesNames ||= exported;
      return answer(
        cluster,
        new URL(url.pathname, `http://gateway-east.x`),
        exported && isTouched(),
      );
    };
    const headless = { ...twoClusters, links: twoClusters.links.slice(0, 1) };
    const results = await pair.verify({ limit: 20_000 }, headless);
    assert.equal(resultOf(results, "headless-mirror").notice, undefined);
    const traffic = resultOf(results, "headless-traffic");
    assert.equal(traffic.state, "passed", JSON.stringify(traffic));
    assert.match(traffic.notice ?? "", /Endpoints of headless-east lack server-1 until .* touched/);
  });

  test("pods without proxies are a failure, and nothing that rests on them is called proved", async () => {
    await start();
    pair.injects = false;
    const results = await pair.verify();
    assert.match(problemOf(results, "probes-ready"), /created without linkerd-proxy/);
    assert.equal(resultOf(results, "gateway-control").state, "not run");
    assert.equal(resultOf(results, "gateway-mirror").state, "not run");
    assert.deepEqual(pair.left(), []);
  });

  test("the injector has not heard of the namespace yet: it is asked again", async () => {
    await start();
    let refusals = 0;
    const { onRequest } = pair.west;
    pair.west.onRequest = (method, path) => {
      onRequest(method, path);
      if (method !== "POST" || !path.endsWith("/configmaps")) return;
      const namespace = path.split("/")[4] ?? "";
      const message = `admission webhook denied the request: namespaces "${namespace}" not found`;
      if (refusals++ === 0) pair.west.answers.set(path, { status: 400, body: { message } });
      else pair.west.answers.delete(path);
    };
    const results = await pair.verify();
    assert.equal(refusals, 2);
    assertEach("checks that pass", results, ({ state }) => state === "passed");
  });

  test("a cluster that does not answer: what needs it isn't run", async () => {
    await start();
    pair.reachable = false;
    const results = await pair.verify();
    assert.deepEqual(
      results.filter(({ subject }) => subject === "east").map(({ state }) => state),
      ["not run"],
    );
    assert.equal(resultOf(results, "gateway-mirror").state, "not run");
    assert.ok(!results.some(({ state }) => state === "failed"));
  });

  test("clusters that no Link joins stay apart, and it is seen where they don't", async () => {
    await start();
    // East is a member of its own federated Service, which west has no Link to.
    const east = { ...mixedClusters, links: mixedClusters.links.slice(1) };
    const apart = await pair.verify({}, east);
    assert.equal(resultOf(apart, "no-way-without-link").state, "passed");
    pair.answer = () => ({ status: 200, body: "server-0" });
    const joined = await pair.verify({}, east);
    assert.match(problemOf(joined, "no-way-without-link"), /a request was answered/);
  });

  test("interrupted: it rejects with the reason, and nothing is left", async () => {
    await start();
    const controller = new AbortController();
    pair.answer = () => {
      controller.abort(new Error("Ctrl-C"));
      return { status: 0 };
    };
    await assert.rejects(pair.verify({ signal: controller.signal }), /Ctrl-C/);
    assert.deepEqual(pair.left(), []);
  });

  test("what was left by one that was killed is removed when it has expired, and not before", async () => {
    await start();
    const leave = (id: string, expires: Date) => {
      pair.east.put("/api/v1/namespaces", {
        metadata: {
          name: `linkerd-topology-verify-${id}`,
          labels: { [verificationLabel]: id },
          annotations: { [expiresAnnotation]: expires.toISOString() },
        },
      });
    };
    leave("old", new Date(Date.now() - 1_000));
    leave("running", new Date(Date.now() + 60_000));
    pair.east.put("/api/v1/namespaces", {
      metadata: { name: "somebodys", labels: { [verificationLabel]: "unknown" } },
    });
    await pair.verify();
    assert.deepEqual(pair.left(), ["/api/v1/namespaces/linkerd-topology-verify-running"]);
    assert.ok(pair.east.has("/api/v1/namespaces/somebodys"));
  });
});
