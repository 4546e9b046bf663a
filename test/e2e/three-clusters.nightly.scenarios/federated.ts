import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { LinkObject, Service } from "../../../kubernetes/objects.ts";
import { corePath, linkPath } from "../../../linkerd/names.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import { assertPlannedServices } from "../planned-services.ts";
import { testLinkerdChecks } from "../linkerd-checks.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { threeClusters, together } from "../three-clusters.ts";
import { identityOf, startProbe } from "../probe.ts";
import {
  conditionsOf,
  createNamespace,
  createWeb,
  isMissing,
  namespace,
  readyPods,
  servicePath,
} from "../workload.ts";

const names = ["west", "east", "north"] as const;

/** As the stack `federated`, with a Service that all of them export. */
const topology = (shared: SharedClusters) => ({
  clusters: threeClusters(shared, together),
  links: [{ between: names, mode: "flat" as const }],
  exports: [{ service: "web", namespace, from: names, as: "federated" as const }],
});

export const federated: Scenario = {
  name: "federated",
  title: "three clusters on one network, one Service of all of them",
  topology: topology,
  // The `up` that follows labels all of the members at the same moment, which is when one gets lost.
  workloads: async (shared) => {
    for (const name of names) {
      await createNamespace(shared.api(name));
      await createWeb(shared.api(name), name);
    }
  },
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let first: UpResult;
  let apis: ReadonlyMap<string, KubernetesApi>;

  before(() => {
    environment = shared.environment;
    first = shared.entered;
    apis = new Map(names.map((name) => [name, shared.api(name)]));
  });

  testLinkerdChecks(() => shared);

  test("each cluster has the federated Service with every member", async () => {
    for (const [name, api] of apis) {
      const { metadata } = await api.get<Service>(servicePath("web-federated"));
      const { annotations = {} } = metadata;
      assert.equal(annotations["multicluster.linkerd.io/local-discovery"], "web");
      assert.deepEqual(
        annotations["multicluster.linkerd.io/remote-discovery"]?.split(",").sort(),
        names
          .filter((other) => other !== name)
          .map((other) => `web@${other}`)
          .sort(),
      );
      assert.ok(await isMissing(api, corePath(namespace, "endpoints", "web-federated")));
      await assertPlannedServices(first.plan, name, api, ["web"]);
    }
  });

  test("each Link's status says that its member has joined", async () => {
    for (const [source, api] of apis) {
      for (const target of names.filter((name) => name !== source)) {
        const joined = await eventually("the Link's status", timeLimits.mirrorFollows, async () => {
          const link = await api.get<LinkObject>(linkPath("linkerd-multicluster", target));
          return conditionsOf(link, "federatedServices", "web").at(0);
        });
        assert.equal(joined.status, "True", `${source} → ${target}: ${joined.message ?? ""}`);
      }
    }
  });

  test("each destination controller answers with the pods of all clusters", async () => {
    const pods = await Promise.all(
      [...apis.values()].map(async (api) => (await readyPods(api, "web", 1))[0]?.status.podIP),
    );
    const wanted = pods.map((address) => `${address ?? ""}:8080`).sort();
    for (const [cluster, api] of apis) {
      const probe = await startProbe(api, { name: "plain", cluster });
      await eventually(`three endpoints in ${cluster}`, timeLimits.mirrorFollows, async () => {
        const view = await probe.lookUp("web-federated", wanted.length);
        assert.deepEqual(view.endpoints.toSorted(), wanted, view.error);
        return true;
      });
    }
  });

  test("a meshed client in each cluster is answered by all three", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    for (const [cluster, api] of apis) {
      const client = await startProbe(api, { name: "client", cluster, meshed: true });
      const seen = new Set<string>();
      await eventually(
        `answers from all clusters to ${cluster}`,
        timeLimits.firstRequest,
        async () => {
          const url = `http://web-federated.${namespace}.svc.cluster.local/`;
          seen.add(identityOf(await client.ask(url))?.cluster ?? "nobody");
          seen.delete("nobody");
          return seen.size === names.length ? true : undefined;
        },
      );
    }
  });

  test("a further up changes nothing", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
  });
}
