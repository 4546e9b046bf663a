import assert from "node:assert/strict";
import { before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { parseMetrics } from "../../../kubernetes/metrics.ts";
import type { Deployment, List, Pod } from "../../../kubernetes/objects.ts";
import { isLive } from "../../../kubernetes/pods.ts";
import { corePath, deploymentPath, proxyAdminPort, tapApiPath } from "../../../linkerd/names.ts";
import {
  observabilityNamespace,
  prometheusPort,
  vizNamespace,
  vizPrometheusName,
} from "../../../planning/observability/names.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { ConstantTraffic, createSteady, type Summary } from "../constant-traffic.ts";
import { eventually } from "../environment.ts";
import { kubeconfigIn } from "../kubeconfigs.ts";
import { problemsOf } from "../linkerd-checks.ts";
import { cliVariable, linkerdProgram } from "../linkerd-cli.ts";
import { testProvedAndUnchanged } from "../proved.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";
import {
  createNamespace,
  createWeb,
  isMissing,
  namespace,
  readyPods,
  servicePath,
} from "../workload.ts";

const names = ["west", "east", "north"] as const;
type Cluster = (typeof names)[number];

/** Its Prometheus has the metrics of all clusters, and its linkerd-viz is to tell of its own alone. */
const collector = "east";

const observed = { collectIn: collector, prometheus: { scrapeInterval: "10s" } };

export const viz: Scenario = {
  name: "viz",
  title: "linkerd-viz in each cluster",
  topology: (shared) => ({
    ...baseTopology(shared),
    observability: { ...observed, viz: true },
  }),
  tests,
};

/** A cluster, and the requests that its Deployment `web` gets, each second. */
const loads = { east: 8, west: 4 } as const;

/** How long requests are sent before they are compared: the window of `linkerd viz stat`, and two readings. */
const compared = 80_000;

function tests(shared: SharedClusters): void {
  const api = (cluster: Cluster) => shared.api(cluster);

  /** Runs Linkerd's command line, of the clusters' own release. */
  const start = async (cluster: Cluster, args: readonly string[]) => {
    const { plan, tools } = shared.entered;
    const { program, version } = await linkerdProgram(tools.env);
    // Another release gets empty answers.
    if (version !== plan.linkerd.version) {
      return `${cliVariable} names no linkerd of ${plan.linkerd.version}: this one is ${version}`;
    }
    const kubeconfig = await kubeconfigIn(shared.environment.directory, cluster);
    const all = ["viz", ...args, "--kubeconfig", kubeconfig];
    return { running: run(program, all) };
  };
  const output = async (cluster: Cluster, args: readonly string[], context: TestContext) => {
    const started = await start(cluster, args);
    if (typeof started === "string") {
      context.skip(started);
      return undefined;
    }
    const { stdout, stderr, exitCode } = await started.running;
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };

  before(async () => {
    await Promise.all(names.map((cluster) => createNamespace(api(cluster))));
    await Promise.all(
      Object.keys(loads).map((cluster) => createWeb(api(cluster as keyof typeof loads), cluster)),
    );
    await api(collector).patch(servicePath("web"), {
      metadata: { labels: { "mirror.linkerd.io/exported": "true" } },
    });
    for (const cluster of ["west", "north"] as const) {
      await createSteady(api(cluster), "client", cluster);
    }
    await Promise.all([
      ...(["west", "east"] as const).map((cluster) => readyPods(api(cluster), "web", 1)),
      ...(["west", "north"] as const).map((cluster) => readyPods(api(cluster), "client", 1)),
    ]);
  });

  test("linkerd viz check finds nothing but the missing page", async () => {
    const { plan, tools } = shared.entered;
    const { program } = await linkerdProgram(tools.env);
    const { version } = plan.linkerd;
    // At once: without the page each of them waits for it in vain.
    const found = await Promise.all(
      names.map(async (name) => {
        const kubeconfig = await kubeconfigIn(shared.environment.directory, name);
        return problemsOf(program, ["viz", "check"], { kubeconfig, version }, isAboutPage);
      }),
    );
    assert.deepEqual(
      found,
      names.map(() => []),
    );
    for (const name of names) {
      const page = await api(name).get<Deployment>(deploymentPath(vizNamespace, "web"));
      const has = tools.sources?.viz?.page !== false;
      assert.equal(page.spec?.replicas, has ? 1 : 0);
    }
  });

  test("metrics-api tells which pods are meshed", async (context) => {
    for (const name of names) {
      // Its JSON leaves out which pods are meshed.
      const table = await output(name, ["stat", "deploy", "--namespace", vizNamespace], context);
      if (table === undefined) return;
      const rows = table.matchAll(/^(\S+) +(\d+\/\d+) /gm);
      const { web, ...meshed }: Readonly<Record<string, string>> = Object.fromEntries(
        [...rows].map(([, deployment = "", pods = ""]) => [deployment, pods]),
      );
      const { page } = shared.entered.tools.sources?.viz ?? {};
      assert.equal(web, page === false ? undefined : "1/1");
      assert.deepEqual(meshed, { "metrics-api": "1/1", tap: "1/1", "tap-injector": "1/1" });
    }
  });

  test("the Prometheus that it asks shows its own cluster alone", async () => {
    const seen = await eventually("metrics", timeLimits.firstRequest, async () => {
      const found = await runningProxies(shared);
      return found.includes(vizNamespace) ? found : undefined;
    });
    const { items } = await api(collector).get<List<Pod>>("/api/v1/pods");
    const here = items.filter(isLive).map(({ metadata }) => metadata.name);
    assert.ok(seen.length > 0);
    assert.deepEqual(
      (await podsShown(shared)).filter((pod) => !here.includes(pod)),
      [],
    );
  });

  test("stat shows in each cluster what its own workloads got, and tap a request", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    /** What the pod of a cluster's `web` has answered: on its port, and with what its proxy is asked itself. */
    const answered = async (cluster: Cluster) => {
      const [pod] = await readyPods(api(cluster), "web", 1);
      assert.ok(pod);
      const text = await api(cluster).podText(
        namespace,
        pod.metadata.name,
        proxyAdminPort,
        "/metrics",
      );
      const inbound = parseMetrics(text).filter(
        ({ name, labels }) => name === "response_total" && labels["direction"] === "inbound",
      );
      const sum = (port?: string) =>
        inbound
          .filter(({ labels }) => port === undefined || labels["target_port"] === port)
          .reduce((total, { value }) => total + value, 0);
      return { port: sum("8080"), all: sum() };
    };
    const traffic = {
      east: new ConstantTraffic(
        api("north"),
        "client",
        `http://web-east.${namespace}/seen`,
        loads.east,
      ),
      west: new ConstantTraffic(api("west"), "client", `http://web.${namespace}/seen`, loads.west),
    };
    try {
      await Promise.all(Object.values(traffic).map((one) => one.answered()));
      for (const one of Object.values(traffic)) one.reset();
      const begin = {
        at: performance.now(),
        west: await answered("west"),
        east: await answered("east"),
      };
      await sleep(compared);
      for (const cluster of ["east", "west"] as const) {
        const asked = ["stat", "deploy/web", "--namespace", namespace, "--output", "json"];
        const json = await output(cluster, asked, context);
        if (json === undefined) return;
        const took = performance.now() - begin.at;
        const sent = rateOf(traffic[cluster].summary(), took);
        const counted = await answered(cluster);
        const [received, all] = (["port", "all"] as const).map(
          (which) => (counted[which] - begin[cluster][which]) / (took / 1000),
        ) as [number, number];
        const [row] = JSON.parse(json) as readonly Stat[];
        assert.ok(row, "there is no row");
        context.diagnostic(
          `${cluster}: sent ${sent.toFixed(2)}/s, received ${received.toFixed(2)}/s, with what the proxy itself is ` +
            `asked ${all.toFixed(2)}/s, shown ${JSON.stringify(row)}`,
        );
        assert.ok(Math.abs(received / sent - 1) < 0.05, `${received}/s received, ${sent}/s sent`);
        assert.ok(Math.abs((row.rps ?? 0) / all - 1) < 0.05, `${row.rps}/s shown, ${all}/s in all`);
        assert.equal(row.success, 1);
      }
      const tapped = await start(collector, [
        ...["tap", "deploy/web", "--namespace", namespace, "--output", "json"],
      ]);
      assert.ok(typeof tapped !== "string");
      const event = await firstDocument(tapped.running);
      context.diagnostic(event.slice(0, 2_000));
      assert.match(event, /"path": "\/seen"/);
    } finally {
      await Promise.all(Object.values(traffic).map((one) => one.end()));
    }
  });

  testProvedAndUnchanged(() => shared.environment);

  test("goes in place, and leaves nothing", async () => {
    const { environment } = shared;
    await environment.change({ ...baseTopology(shared), observability: observed });
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    for (const cluster of names) {
      for (const path of [
        `/api/v1/namespaces/${vizNamespace}`,
        tapApiPath,
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/linkerd-tap-injector-webhook-config",
        `${rbac}/clusterroles/linkerd-tap-injector`,
        `${rbac}/clusterroles/linkerd-linkerd-viz-tap`,
        `${rbac}/namespaces/kube-system/rolebindings/linkerd-linkerd-viz-tap-auth-reader`,
        deploymentPath(observabilityNamespace, vizPrometheusName),
        corePath(observabilityNamespace, "services", vizPrometheusName),
        corePath(observabilityNamespace, "configmaps", vizPrometheusName),
      ]) {
        assert.ok(await isMissing(api(cluster), path), `${path} in ${cluster}`);
      }
    }
  });
}

interface Stat {
  readonly name: string;
  readonly rps: number | null;
  readonly success: number | null;
}

/** Without an image of the page nothing runs it. */
function isAboutPage({ error = "" }: { readonly error?: string }): boolean {
  return error === "Could not find pods for deployment web";
}

function rateOf({ requests, failures }: Summary, milliseconds: number): number {
  assert.deepEqual(failures, []);
  return requests / (milliseconds / 1000);
}

function run(program: string, args: readonly string[]) {
  return execa(program, args, { timeout: timeLimits.linkerdChecks, reject: false });
}

/** The first of the JSON documents that a command writes without end. */
async function firstDocument(running: ReturnType<typeof run>): Promise<string> {
  let text = "";
  running.stdout.on("data", (chunk: Buffer | string) => {
    text += chunk.toString();
    if (/^\}$/m.test(text)) running.kill();
  });
  const { stderr } = await running;
  assert.match(text, /^\}$/m, `${text} ${stderr}`);
  return text;
}

async function shown(shared: SharedClusters): Promise<readonly Readonly<Record<string, string>>[]> {
  const api = shared.api(collector);
  const { items } = await api.get<List<Pod>>(corePath(observabilityNamespace, "pods"), {
    labelSelector: `app=${vizPrometheusName}`,
  });
  const pod = items.find(isLive);
  assert.ok(pod, "there is no such pod");
  const query = encodeURIComponent('up{job="linkerd-proxy"}');
  const path = `/api/v1/query?query=${query}`;
  const text = await api.podText(observabilityNamespace, pod.metadata.name, prometheusPort, path);
  const { data } = JSON.parse(text) as { readonly data: { readonly result: readonly Sample[] } };
  return data.result.map(({ metric }) => metric);
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
}

/** Namespaces with proxies that are shown. */
async function runningProxies(shared: SharedClusters): Promise<readonly string[]> {
  return (await shown(shared)).map(({ namespace: inside = "" }) => inside);
}

async function podsShown(shared: SharedClusters): Promise<readonly string[]> {
  return (await shown(shared)).map(({ pod = "" }) => pod);
}
