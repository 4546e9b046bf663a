import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { List, Pod } from "../../../kubernetes/objects.ts";
import { corePath, deploymentPath, gatewayDeployment } from "../../../linkerd/names.ts";
import { multiclusterNamespace } from "../../../planning/names.ts";
import { observabilityNamespace, prometheusPort } from "../../../planning/observability/names.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { eventually } from "../environment.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";
import { isMissing } from "../workload.ts";

export const observability: Scenario = {
  name: "observability",
  title: "a Prometheus in each cluster",
  topology: (shared) => withPrometheus(shared, "5s"),
  tests,
};

/** The gateway's probes fail three times, and the alert waits for a minute. */
const alertFires = 240_000;

function withPrometheus(shared: SharedClusters, scrapeInterval: string) {
  return {
    ...baseTopology(shared),
    observability: { prometheus: { scrapeInterval }, collectIn: "east" },
  };
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** `GET` of a path of the API of a cluster's Prometheus. */
async function ask<T>(api: KubernetesApi, path: string): Promise<T> {
  const { items } = await api.get<List<Pod>>(corePath(observabilityNamespace, "pods"));
  const [pod] = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.ok(pod, "there is no pod of Prometheus");
  const text = await api.podText(
    observabilityNamespace,
    pod.metadata.name,
    prometheusPort,
    `/api/v1/${path}`,
  );
  const { status, data } = JSON.parse(text) as { status: string; data: T };
  assert.equal(status, "success", text);
  return data;
}

async function query(api: KubernetesApi, expression: string): Promise<readonly Sample[]> {
  const path = `query?query=${encodeURIComponent(expression)}`;
  return (await ask<{ result: readonly Sample[] }>(api, path)).result;
}

/** Selects a cluster's own series. Where there is a data plane, the one that collects has those of all. */
function ofCluster(name: string): string {
  return `cluster="${name}"`;
}

function tests(shared: SharedClusters): void {
  let first: UpResult;
  let names: readonly string[];

  before(() => {
    first = shared.entered;
    names = first.plan.clusters.map(({ name }) => name);
  });

  for (const [what, expression, expected] of [
    [
      "the control plane and the service mirrors",
      (own: string) => `sort(count by (component) (up{job="linkerd-controller", ${own}} == 1))`,
      (plan: UpResult["plan"], cluster: string) => [
        "destination",
        "identity",
        "proxy-injector",
        "sp-validator",
        ...(plan.links.some(({ source }) => source === cluster) ? ["controller"] : []),
      ],
    ],
    [
      "the proxies of all namespaces, with their release",
      (own: string) =>
        `count by (namespace) (up{job="linkerd-proxy", proxy_version!="", ${own}} == 1)`,
      () => ["linkerd", "linkerd-multicluster", observabilityNamespace],
    ],
    [
      "the mirrors that there are",
      (own: string) => `count by (service) (up{job="linkerd-mirrors", ${own}} == 1)`,
      (plan: UpResult["plan"], cluster: string) =>
        plan.mirrors.filter((one) => one.cluster === cluster).map(({ name }) => name),
    ],
  ] as const) {
    test(`reads ${what}`, async () => {
      for (const cluster of names) {
        const wanted = expected(first.plan, cluster);
        await eventually(`metrics of ${cluster}`, timeLimits.firstRequest, async () => {
          const found = await query(shared.api(cluster), expression(ofCluster(cluster)));
          const seen = found.flatMap(({ metric }) => Object.values(metric));
          const missing = wanted.filter((one) => !seen.includes(one));
          assert.deepEqual(missing, [], `seen are ${seen.join(", ")}`);
          return true;
        });
      }
    });
  }

  test("has what the controllers count: probes of gateways, the end of the issuer", async () => {
    for (const cluster of names) {
      const own = ofCluster(cluster);
      const [issuer] = await query(shared.api(cluster), `issuer_cert_ttl_seconds{${own}}`);
      assert.ok(Number(issuer?.value[1]) > 0, cluster);
      const targets = first.plan.links.filter(({ source }) => source === cluster);
      const enabled = await query(shared.api(cluster), `gateway_enabled{${own}} == 1`);
      assert.deepEqual(
        enabled.map(({ metric }) => metric["target_cluster_name"]).sort(),
        targets.map(({ target }) => target).sort(),
      );
    }
  });

  test("evaluates every alert, and nothing that was planned is missing", async () => {
    for (const cluster of names) {
      const { groups } = await ask<Rules>(shared.api(cluster), "rules");
      assert.deepEqual(groups.map(({ name }) => name).sort(), [
        "linkerd-components",
        "linkerd-identity",
        "linkerd-multicluster",
        "linkerd-planned",
      ]);
      await eventually(`the alerts of ${cluster}`, timeLimits.firstRequest, async () => {
        const { groups } = await ask<Rules>(shared.api(cluster), "rules");
        const rules = groups.flatMap((group) => group.rules);
        assert.deepEqual(
          rules
            .filter(({ health }) => health !== "ok")
            .map(({ name, lastError }) => [name, lastError]),
          [],
        );
        // The stand-in for the policy controller has no metrics, and those for proxies carry no metrics to east.
        const expected =
          shared.withoutDataPlane === undefined
            ? []
            : ["LinkerdTargetDown", "LinkerdClusterSilent"];
        assert.deepEqual(
          rules
            .filter(({ name }) => !expected.includes(name))
            .filter(({ state }) => state !== "inactive")
            .map(({ name, query: expression }) => `${name}: ${expression}`),
          [],
        );
        return true;
      });
    }
  });

  test("all of them write to the one that collects", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    await eventually("the metrics of all clusters in east", timeLimits.firstRequest, async () => {
      const found = await query(shared.api("east"), "count by (cluster) (gateway_enabled)");
      assert.deepEqual(found.map(({ metric }) => metric["cluster"]).sort(), [...names].sort());
      return true;
    });
  });

  test("a gateway that is away fires an alert in each source, which ends when it is back", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const east = shared.api("east");
    const gateway = deploymentPath(multiclusterNamespace, gatewayDeployment);
    const firing = async (cluster: string) =>
      (
        await query(shared.api(cluster), `ALERTS{${ofCluster(cluster)}, alertstate="firing"}`)
      ).flatMap(({ metric }) =>
        metric["alertname"] === "LinkerdGatewayDown" ? [metric["target_cluster_name"]] : [],
      );
    const sources = first.plan.links.flatMap(({ source, target }) =>
      target === "east" ? [source] : [],
    );
    assert.ok(sources.length > 1);
    const become = (what: string, expected: readonly string[]) =>
      Promise.all(
        sources.map((cluster) =>
          eventually(`${what} in ${cluster}`, alertFires, async () => {
            assert.deepEqual(await firing(cluster), expected);
            return true;
          }),
        ),
      );
    await east.patch(gateway, { spec: { replicas: 0 } });
    await become("the alert", ["east"]);
    await east.patch(gateway, { spec: { replicas: 1 } });
    await become("its end", []);
  });

  /** Of the pods of a namespace in all clusters. */
  const uidsIn = async (namespace: string) => {
    const path = corePath(namespace, "pods");
    const lists = await Promise.all(
      names.map((cluster) => shared.api(cluster).get<List<Pod>>(path)),
    );
    return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.uid));
  };

  test("another interval is read in place, by the same pods", async () => {
    const { environment } = shared;
    const before = await uidsIn(observabilityNamespace);
    await environment.change(withPrometheus(shared, "7s"));
    await environment.up();
    for (const cluster of names) {
      await eventually(`the interval of ${cluster}`, timeLimits.firstRequest, async () => {
        const { yaml } = await ask<{ yaml: string }>(shared.api(cluster), "status/config");
        assert.match(yaml, /scrape_interval: 7s/);
        return true;
      });
    }
    assert.deepEqual(await uidsIn(observabilityNamespace), before);
  });

  test("goes in place, without a trace in the clusters, and leaves the mesh as it is", async () => {
    const { environment } = shared;
    const before = await uidsIn(multiclusterNamespace);
    await environment.change(baseTopology(shared));
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    for (const cluster of names) {
      const path = `/api/v1/namespaces/${observabilityNamespace}`;
      assert.ok(await isMissing(shared.api(cluster), path), cluster);
    }
    assert.deepEqual(await uidsIn(multiclusterNamespace), before);
  });
}

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly name: string;
      readonly query: string;
      readonly health: string;
      readonly lastError?: string;
      readonly state: string;
    }[];
  }[];
}
