import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { KubernetesNode, List, Pod } from "../../../kubernetes/objects.ts";
import { corePath, deploymentPath, gatewayDeployment } from "../../../linkerd/names.ts";
import { multiclusterNamespace } from "../../../planning/names.ts";
import { observabilityNamespace, prometheusPort } from "../../../planning/observability/names.ts";
import type { PrometheusSpec } from "../../../planning/topology.ts";
import { dockerExec } from "../../../providers/kind/docker.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { assertEach } from "../../assert-each.ts";
import { panelQueries } from "../../unit/observability/dashboards.ts";
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

function withPrometheus(
  shared: SharedClusters,
  scrapeInterval: string,
  volume: Pick<PrometheusSpec, "storage" | "storageClass"> = {},
) {
  return {
    ...baseTopology(shared),
    observability: { prometheus: { scrapeInterval, ...volume }, collectIn: "east" },
  };
}

/** Panels that need no request of anybody. */
const alwaysShown = [
  "mesh.json: Clusters",
  "mesh.json: Proxies",
  "mesh.json: First end of an issuer",
  "mesh.json: Gateways, as their sources see them",
  "mesh.json: Proxies by release",
  "mesh.json: Time until issuers end",
];

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

  test("answers all that the dashboards ask", async (context) => {
    const asked = panelQueries({
      cluster: ".*",
      source: "west",
      target: "east",
      namespace: observabilityNamespace,
      service: "prometheus",
      __rate_interval: "1m",
    });
    await eventually("what the dashboards show", timeLimits.firstRequest, async () => {
      const empty: string[] = [];
      for (const { panel, expr } of asked) {
        if ((await query(shared.api("east"), expr)).length === 0) empty.push(panel);
      }
      context.diagnostic(`without an answer: ${empty.join(", ")}`);
      assert.deepEqual(
        empty.filter((panel) => alwaysShown.includes(panel)),
        [],
      );
      return true;
    });
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

  test("tells status what goes over the Links: metrics, over those to east", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    await eventually("figures of every Link", timeLimits.firstRequest, async () => {
      const { table } = await shared.environment.status();
      assert.match(table, /In the last 20 s, as Prometheus in the source's cluster tells/);
      for (const source of ["west", "north"]) {
        assert.match(table, new RegExp(`^${source} → east +(?!0/s)[\\d.]+/s `, "m"));
      }
      assert.doesNotMatch(table, / unknown +– /);
      context.diagnostic(table);
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

  test("keeps what it read on a volume of the class that is named", async () => {
    const { environment } = shared;
    for (const cluster of names) await makeVolume(shared.api(cluster));
    const volume = { storage: "1Gi", storageClass };
    await environment.change(withPrometheus(shared, "7s", volume));
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    const api = shared.api("north");
    const own = `up{job="prometheus", ${ofCluster("north")}}`;
    const since = Date.now() / 1000;
    await eventually("what it read itself", timeLimits.firstRequest, async () => {
      const [sample] = await query(api, own);
      assert.ok((sample?.value[0] ?? 0) > since);
      return true;
    });
    const { items } = await api.get<List<Pod>>(corePath(observabilityNamespace, "pods"));
    for (const { metadata } of items) {
      await api.delete(corePath(observabilityNamespace, "pods", metadata.name));
    }
    const before = Date.now() / 1000;
    await eventually(
      "another pod, with the former one's data",
      timeLimits.firstRequest,
      async () => {
        const uids = await uidsIn(observabilityNamespace);
        assertEach("pods that are gone", items, ({ metadata }) => !uids.includes(metadata.uid));
        const path = `query?query=${encodeURIComponent(own)}&time=${before}`;
        const { result } = await ask<{ result: readonly Sample[] }>(api, path);
        assert.equal(result.length, 1);
        return true;
      },
    );
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
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
    for (const cluster of names) await shared.api(cluster).delete(`${volumes}/${volumeName}`);
  });
}

/** kind's own. The node image that the toolchain builds has nothing that makes volumes of it. */
const storageClass = "standard";
const volumes = "/api/v1/persistentvolumes";
const volumeName = "e2e-prometheus";

/** A volume on the node of a cluster that takes pods. */
async function makeVolume(api: KubernetesApi): Promise<void> {
  const nodes = await api.get<List<KubernetesNode>>("/api/v1/nodes");
  const node =
    nodes.items
      .map(({ metadata }) => metadata.name)
      .sort()
      .at(-1) ?? "";
  const path = `/var/${volumeName}`;
  await dockerExec(node, ["mkdir", "-p", path]);
  await api.post(volumes, {
    metadata: { name: volumeName },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: storageClass,
      persistentVolumeReclaimPolicy: "Retain",
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }],
            },
          ],
        },
      },
    },
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
