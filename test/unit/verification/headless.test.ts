import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Plan } from "../../../planning/plan-types.ts";
import { failuresOf, heal, observe, runChecks } from "../../../verification/index.ts";
import { MixedPair, mixedClusters, services } from "./mixed-pair.ts";

const endpoints = "/api/v1/namespaces/demo/endpoints";
const exported = { "mirror.linkerd.io/exported": "true" };
const mirrored = {
  "mirror.linkerd.io/mirrored-service": "true",
  "mirror.linkerd.io/cluster-name": "east",
};

const addresses = (names: readonly string[]) =>
  names.map((hostname, index) => ({ ip: `10.20.0.${index + 1}`, hostname }));

/** East's export: a headless Service with one pod. */
const webOfEast = {
  cluster: "east",
  namespace: "demo",
  service: "web",
  as: "gateway",
  labels: exported,
  pods: ["web-0"],
} as const;

describe("an exported headless Service", () => {
  let pair: MixedPair;
  beforeEach(async () => {
    pair = await MixedPair.start();
    exportHeadless({ names: ["web-0", "web-1"] });
    mirrorOf(["web-0", "web-1"]);
  });
  afterEach(() => pair.stop());

  /** The Service in east, with these pods that are Ready. */
  function exportHeadless(given: {
    readonly names: readonly string[];
    readonly port?: object;
    readonly podPort?: number;
  }): void {
    const { names, port = { port: 80 }, podPort = 80 } = given;
    pair.east.put(services, {
      metadata: { name: "web", labels: exported },
      spec: { clusterIP: "None", ports: [port] },
    });
    pair.east.put(endpoints, {
      metadata: { name: "web" },
      subsets:
        names.length === 0
          ? []
          : [
              {
                addresses: addresses(names),
                ports: [{ ...("name" in port && { name: port.name }), port: podPort }],
              },
            ],
    });
  }

  /** Its mirror in west: with the names of pods, or with the gateway's address where there are none. */
  function mirrorOf(names: readonly string[]): void {
    pair.west.put(services, {
      metadata: { name: "web-east", labels: mirrored },
      spec: { clusterIP: "None" },
    });
    pair.west.put(endpoints, {
      metadata: { name: "web-east", labels: mirrored },
      subsets: [
        {
          addresses: names.length === 0 ? [{ ip: "172.19.0.20" }] : addresses(names),
          ports: [{ port: 80 }],
        },
      ],
    });
  }

  const check = async (plan: Plan = mixedClusters) =>
    runChecks(plan, await observe(pair.mesh(plan)));
  const failures = async (plan?: Plan) =>
    failuresOf(await check(plan)).map(({ subject, check: id, problem, mend }) => ({
      what: `${subject} ${id}: ${problem}`,
      mend,
    }));

  it("passes where its mirror names every pod", async () => {
    assert.deepEqual(await failures(), []);
    const results = await check();
    for (const [id, detail] of [
      ["headless-names", "2 names"],
      ["headless-ports", "1"],
    ]) {
      const found = results.find((one) => one.check === id);
      assert.deepEqual(
        [found?.state, found && "detail" in found && found.detail],
        ["passed", detail],
      );
    }
  });

  it("fails where its pods have no names, as another Service is their StatefulSet's", async () => {
    const plan: Plan = {
      ...mixedClusters,
      exports: [webOfEast],
      mirrors: (["headless", "headless-pod"] as const).map((kind) => ({
        cluster: "west",
        namespace: "demo",
        name: kind === "headless" ? "web-east" : "web-0-east",
        kind,
        of: [{ cluster: "east", service: "web" }],
      })),
    };
    pair.east.put(endpoints, {
      metadata: { name: "web" },
      subsets: [{ addresses: [{ ip: "10.20.0.1" }], ports: [{ port: 80 }] }],
    });
    pair.west.remove(`${services}/web-east`);
    pair.west.remove(`${endpoints}/web-east`);
    const found = (await failures(plan)).map(({ what }) => what).join();
    assert.match(found, /the pods of demo\/web in east have no host names.*serviceName/);
  });

  it("fails where its mirror has lost names, with what to do", async () => {
    mirrorOf([]);
    const [failure, ...others] = await failures();
    assert.deepEqual(others, []);
    assert.equal(
      failure?.what,
      "west → east headless-names: demo/web-east in west lacks web-0, web-1",
    );
    assert.match(failure.mend, /-n demo annotate endpoints web /);
    mirrorOf(["web-0", "web-2"]);
    assert.match(
      (await failures())[0]?.what ?? "",
      /demo\/web-east in west lacks web-1 and still names web-2$/,
    );
  });

  it("is touched by a heal, once for all sources, and nothing is left of it", async () => {
    mirrorOf([]);
    pair.east.onRequest = (method, path) => {
      if (method === "PATCH" && path === `${endpoints}/web`) mirrorOf(["web-0", "web-1"]);
    };
    assert.deepEqual(await heal(pair.mesh(), () => undefined), [
      "east: touched the Endpoints demo/web (in west web-east lacks web-0, web-1)",
    ]);
    assert.deepEqual(pair.east.get(`${endpoints}/web`)?.metadata.annotations, {});
    assert.deepEqual(await failures(), []);
  });

  it("fails where port and targetPort are other numbers, by number or by name", async () => {
    for (const port of [
      { port: 80, targetPort: 8080 },
      { name: "http", port: 80, targetPort: "http" },
    ]) {
      exportHeadless({ names: ["web-0", "web-1"], port, podPort: 8080 });
      const [failure, ...others] = await failures();
      assert.deepEqual(others, []);
      assert.match(
        failure?.what ?? "",
        /headless-ports: demo\/web in east: port 80 → 8080: nothing translates/,
      );
    }
    // Without pods, only the Service itself is known.
    exportHeadless({ names: [], port: { port: 80, targetPort: 8080 } });
    mirrorOf([]);
    assert.match((await failures())[0]?.what ?? "", /port 80 → 8080/);
  });

  it("may translate ports where it is not mirrored pod by pod", async () => {
    exportHeadless({ names: ["web-0", "web-1"], port: { port: 80, targetPort: 8080 } });
    const links = mixedClusters.links.map((link) => ({ ...link, headless: false }));
    assert.deepEqual(await failures({ ...mixedClusters, links }), []);
  });

  describe("as planned", () => {
    const mirror = (name: string, kind: "headless" | "headless-pod") => ({
      cluster: "west",
      namespace: "demo",
      name,
      kind,
      of: [{ cluster: "east", service: "web" }],
    });
    const plan: Plan = {
      ...mixedClusters,
      exports: [webOfEast],
      mirrors: [mirror("web-east", "headless"), mirror("web-0-east", "headless-pod")],
    };
    const planned = async () => (await check(plan)).find((one) => one.check === "planned-mirrors");

    it("is waited for as long as it has no pods with names, and fails without mirrors then", async () => {
      for (const path of [`${services}/web-east`, `${endpoints}/web-east`]) pair.west.remove(path);
      const result = await planned();
      assert.ok(result?.state === "failed", result?.state);
      assert.equal(
        result.problem,
        "west has no demo/web-east (headless); west has no demo/web-0-east (headless-pod)",
      );
      exportHeadless({ names: [] });
      const waiting = await planned();
      assert.ok(waiting?.state === "not run");
      assert.equal(waiting.reason, "waiting for pods of demo/web in east");
    });

    it("tells in a notice what it waits for, where the rest is there", async () => {
      exportHeadless({ names: ["web-1"] });
      mirrorOf(["web-1"]);
      const result = await planned();
      assert.ok(result?.state === "passed");
      assert.deepEqual(
        [result.detail, result.notice],
        ["1 of 2", "waiting for pods of demo/web in east"],
      );
    });
  });
});
