import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Plan } from "../../../planning/plan-types.ts";
import { failuresOf, observe, runChecks } from "../../../verification/index.ts";
import type { CheckResult } from "../../../verification/index.ts";
import { mirrorNamesUnique } from "../../../verification/checks/mirror-names-unique.ts";
import type { MeshStatus } from "../../../verification/status.ts";
import { ok } from "../mesh/linked-cluster.ts";
import {
  destination,
  destinationMetrics,
  MixedPair,
  mixedClusters,
  services,
} from "./mixed-pair.ts";

const exported = { "mirror.linkerd.io/exported": "true" };
const mirrored = {
  "mirror.linkerd.io/mirrored-service": "true",
  "mirror.linkerd.io/cluster-name": "east",
};

describe("what a mesh exports", () => {
  let pair: MixedPair;
  beforeEach(async () => {
    pair = await MixedPair.start();
  });
  afterEach(() => pair.stop());

  const check = async (plan: Plan = mixedClusters) =>
    runChecks(plan, await observe(pair.mesh(plan)));
  const failures = async (plan?: Plan) =>
    failuresOf(await check(plan)).map((one) => `${one.subject} ${one.check}: ${one.problem}`);
  const result = async (id: string, plan?: Plan): Promise<CheckResult | undefined> =>
    (await check(plan)).find((one) => one.check === id);

  it("is nothing to be told of where nothing is exported", async () => {
    assert.deepEqual(await failures(), []);
    for (const id of ["planned-mirrors", "federated-complete", "no-orphaned-mirrors"]) {
      assert.equal(await result(id), undefined);
    }
  });

  it("needs linkerd-destination to watch the target, where traffic goes from pod to pod", async () => {
    pair.west.answers.set(destinationMetrics, ok('service_cache_size{cluster="local"} 4\n'));
    assert.deepEqual(await failures(), [
      `west → east target-discovered: pod ${destination} does not watch east`,
    ]);
    pair.west.answers.set(destinationMetrics, ok('service_cache_size{cluster="east"} 0\n'));
    assert.match((await failures()).join(), /could not list the Services of east yet/);
  });

  it("federated: every member has to be named, whoever labelled it", async () => {
    pair.federate("web@east");
    assert.deepEqual(await failures(), []);
    pair.view(pair.west, "web", "");
    pair.view(pair.east, "", "web@west");
    assert.deepEqual(await failures(), [
      "two federated-complete: west: demo/web-federated lacks the member of east; " +
        "east: demo/web-federated lacks the member of east",
    ]);
    const failure = await result("federated-complete");
    assert.ok(failure?.state === "failed");
    assert.match(
      failure.mend,
      /in west: .*deploy\/controller-east; in east: .*local-service-mirror/,
    );
  });

  it("federated: a headless Service can't be a member, and a missing namespace is told of elsewhere", async () => {
    pair.federate("web@east");
    pair.view(pair.west, "web", "");
    const web = pair.east.get(`${services}/web`);
    assert.ok(web);
    pair.east.put(services, { ...web, spec: { clusterIP: "None" } });
    assert.deepEqual(await failures(), []);
  });

  describe("as planned", () => {
    const plan: Plan = {
      ...mixedClusters,
      exports: [
        {
          cluster: "east",
          namespace: "demo",
          service: "web",
          as: "gateway",
          labels: exported,
          pods: [],
        },
      ],
      mirrors: [
        {
          cluster: "west",
          namespace: "demo",
          name: "web-east",
          kind: "gateway",
          of: [{ cluster: "east", service: "web" }],
        },
      ],
    };
    const export_ = () => {
      pair.east.put(services, { metadata: { name: "web", labels: exported } });
    };

    it("is not judged while the Service isn't there", async () => {
      const waiting = { state: "not run", reason: "waiting for Service demo/web in east" };
      const { state, ...rest } = (await result("planned-mirrors", plan)) ?? {};
      assert.deepEqual({ state, reason: "reason" in rest && rest.reason }, waiting);
    });

    it("fails where somebody made the Service again, without its label", async () => {
      for (const labels of [{}, { "mirror.linkerd.io/exported": "false" }]) {
        pair.east.put(services, { metadata: { name: "web", labels } });
        const failure = await result("planned-mirrors", plan);
        assert.ok(failure?.state === "failed");
        assert.equal(
          failure.problem,
          "Service demo/web in east lacks its label mirror.linkerd.io/exported=true",
        );
        assert.match(failure.mend, /up --refresh/);
      }
    });

    it("tells of headless mirrors that Linkerd confuses, in releases that do", async () => {
      export_();
      pair.west.put(services, { metadata: { name: "web-east", labels: mirrored } });
      const headless = (namespace: string) =>
        ({ ...plan.mirrors[0], namespace, kind: "headless" }) as Plan["mirrors"][number];
      const mirrors = [headless("demo"), headless("shop")];
      const notice = async (version: string) => {
        const clusters = plan.clusters.map((one) => ({
          ...one,
          linkerd: { ...one.linkerd, version },
        }));
        const found = await result("planned-mirrors", { ...plan, clusters, mirrors });
        return found && "notice" in found ? found.notice : found;
      };
      pair.west.put(services, {
        metadata: { name: "web-east", labels: mirrored },
        spec: { clusterIP: "None" },
      });
      assert.match(
        JSON.stringify(await notice("edge-26.1.1")),
        /web-east in west \(demo, shop\).*before edge-26\.5\.1/,
      );
      assert.doesNotMatch(
        JSON.stringify((await notice("edge-26.5.1")) ?? ""),
        /several namespaces/,
      );
    });

    it("fails where the mirror is missing, or of another kind", async () => {
      export_();
      assert.deepEqual(await failures(plan), [
        "two planned-mirrors: west has no demo/web-east (gateway)",
      ]);
      const discovery = { ...mirrored, "multicluster.linkerd.io/remote-discovery": "east" };
      pair.west.put(services, { metadata: { name: "web-east", labels: discovery } });
      assert.deepEqual(await failures(plan), [
        "two planned-mirrors: demo/web-east in west is of kind remote-discovery, not gateway",
      ]);
      pair.west.put(services, { metadata: { name: "web-east", labels: mirrored } });
      assert.deepEqual(await failures(plan), []);
      assert.equal((await result("planned-mirrors", plan))?.state, "passed");
    });
  });

  it("is under one name only, where the names of clusters allow two", async () => {
    const links = ["east", "north-east"].map((target) => ({
      ...mixedClusters.links[0],
      target,
      name: target,
    }));
    const twin = { ...mixedClusters.clusters[1], name: "north-east" };
    const twins = {
      ...mixedClusters,
      clusters: [...mixedClusters.clusters, twin],
      links,
    } as Plan;
    const exports = (name: string, exported: readonly string[]) =>
      ({
        name,
        services: {
          exported: exported.map((service) => ({
            namespace: "demo",
            service,
            labels: { "mirror.linkerd.io/exported": "true" },
            headless: false,
          })),
        },
      }) as unknown as MeshStatus["clusters"][number];
    const outcome = (...ofEast: string[]) =>
      mirrorNamesUnique.run({
        plan: twins,
        status: {
          clusters: [exports("east", ofEast), exports("north-east", ["web"])],
        } as unknown as MeshStatus,
      });
    assert.ok(mirrorNamesUnique.applies?.({ plan: twins } as never));
    assert.ok(!mirrorNamesUnique.applies?.({ plan: mixedClusters } as never));
    const passed = await outcome("web");
    assert.equal(passed.state, "passed");
    const failed = await outcome("web", "web-north");
    assert.ok(failed.state === "failed");
    assert.equal(
      failed.problem,
      "demo/web-north-east in west would stand for demo/web-north of east and demo/web of north-east",
    );
  });

  it("leaves no mirror without its Link", async () => {
    pair.west.put(services, { metadata: { name: "web-east", labels: mirrored } });
    assert.deepEqual(await failures(), []);
    const labels = { ...mirrored, "mirror.linkerd.io/cluster-name": "north" };
    pair.west.put(services, { metadata: { name: "web-north", labels } });
    assert.deepEqual(await failures(), [
      "west no-orphaned-mirrors: demo/web-north is left over from a Link to north",
    ]);
  });
});
