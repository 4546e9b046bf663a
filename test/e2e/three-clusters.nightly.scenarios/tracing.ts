import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, test } from "node:test";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { List, Pod } from "../../../kubernetes/objects.ts";
import { isLive, proxyOf } from "../../../kubernetes/pods.ts";
import { corePath } from "../../../linkerd/names.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../../planning/names.ts";
import {
  jaegerName,
  jaegerPort,
  observabilityNamespace,
  otlpHttpPort,
} from "../../../planning/observability/names.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { imageFor } from "../../../verification/traffic/workloads.ts";
import { eventually } from "../environment.ts";
import { testProvedAndUnchanged } from "../proved.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology, trustDomains } from "../three-clusters.ts";
import {
  createNamespace,
  createService,
  createWeb,
  isMissing,
  namespace,
  readyPods,
} from "../workload.ts";

const names = ["west", "east", "north"] as const;
type Cluster = (typeof names)[number];

/** All spans come to east. North has a gateway Link to it, west a mixed one. */
const collector = "east";

export const tracing: Scenario = {
  name: "tracing",
  title: "a Jaeger in each cluster",
  topology: (shared) => ({
    ...baseTopology(shared),
    observability: { collectIn: collector, tracing: {} },
  }),
  tests,
};

/** What Jaeger's API says of a trace. */
interface Trace {
  readonly spans: readonly {
    readonly processID: string;
    readonly operationName: string;
    readonly tags: readonly Tag[];
  }[];
  readonly processes: Readonly<
    Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>
  >;
}

interface Tag {
  readonly key: string;
  readonly value: unknown;
}

function tests(shared: SharedClusters): void {
  const api = (cluster: Cluster) => shared.api(cluster);

  before(async () => {
    await Promise.all(
      names.map(async (cluster) => {
        await createNamespace(api(cluster));
        await startClient(api(cluster));
      }),
    );
    await createWeb(api(collector), collector);
    await createService(api(collector), "flat");
    for (const [service, exported] of [
      ["web", "true"],
      ["flat", "remote-discovery"],
    ] as const) {
      await api(collector).patch(corePath(namespace, "services", service), {
        metadata: { labels: { "mirror.linkerd.io/exported": exported } },
      });
    }
    await readyPods(api(collector), "web", 1);
  });

  test("Linkerd's proxies know the Jaeger of their cluster by its identity", async () => {
    for (const cluster of names) {
      for (const inside of [linkerdNamespace, multiclusterNamespace, observabilityNamespace]) {
        const pods = await podsIn(api(cluster), inside);
        assert.ok(pods.length > 0);
        for (const pod of pods) {
          const { name } = pod.metadata;
          assert.equal(
            settingOf(pod, "LINKERD2_PROXY_TRACE_COLLECTOR_SVC_ADDR"),
            "jaeger.linkerd-observability.svc.cluster.local.:4317",
            `${name} in ${cluster}`,
          );
          assert.equal(
            settingOf(pod, "LINKERD2_PROXY_TRACE_COLLECTOR_SVC_NAME"),
            `jaeger.linkerd-observability.serviceaccount.identity.linkerd.${trustDomains[cluster]}`,
            `${name} in ${cluster}`,
          );
          assert.match(
            settingOf(pod, "LINKERD2_PROXY_TRACE_EXTRA_ATTRIBUTES") ?? "",
            new RegExp(`^k8s.cluster.name=${cluster}$`, "m"),
          );
        }
      }
    }
  });

  test("Jaeger takes spans by OTLP, and answers about them", async () => {
    const traceId = newTrace();
    await eventually("Jaeger takes a span", timeLimits.firstRequest, async () => {
      const spans = JSON.stringify(spanOf(traceId));
      const { status, answer } = await curl(api(collector), [
        ...["--header", "content-type: application/json", "--data", spans],
        `http://${jaegerName}.${observabilityNamespace}:${otlpHttpPort}/v1/traces`,
      ]);
      assert.equal(status, 200, answer);
      return true;
    });
    const trace = await eventually("the span", timeLimits.firstRequest, () =>
      traceOf(api(collector), traceId),
    );
    assert.deepEqual(
      trace.spans.map(({ operationName }) => operationName),
      ["by hand"],
    );
  });

  for (const [what, from, service, through] of [
    ["a gateway Link", "north", "web", ["linkerd-gateway", "web"]],
    ["a Link between pods", "west", "flat", ["web"]],
  ] as const) {
    test(`a trace over ${what} has the spans of both clusters`, async (context) => {
      if (shared.withoutDataPlane !== undefined) {
        context.skip(shared.withoutDataPlane);
        return;
      }
      const traceId = newTrace();
      await eventually(`an answer over ${what}`, timeLimits.firstRequest, async () => {
        const { status, answer } = await curl(api(from), [
          ...["--header", `traceparent: 00-${traceId}-00f067aa0ba902b7-01`],
          `http://${service}-${collector}.${namespace}/`,
        ]);
        assert.equal(status, 200, answer);
        return true;
      });
      const wanted = [`${from} client`, ...through.map((name) => `${collector} ${name}`)];
      await eventually(`the spans of ${wanted.join(", ")}`, timeLimits.firstRequest, async () => {
        const trace = await traceOf(api(collector), traceId);
        const seen = placesOf(trace);
        const missing = wanted.filter((one) => !seen.includes(one));
        assert.deepEqual(missing, [], `seen are ${seen.join(", ")}`);
        context.diagnostic(`${String(trace.spans.length)} spans: ${seen.join(", ")}`);
        return true;
      });
    });
  }

  testProvedAndUnchanged(() => shared.environment);

  test("goes in place, and leaves nothing in any proxy of Linkerd", async () => {
    const { environment } = shared;
    await environment.change({ ...baseTopology(shared), observability: { collectIn: collector } });
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    for (const cluster of names) {
      for (const kind of ["services", "serviceaccounts"]) {
        const path = corePath(observabilityNamespace, kind, jaegerName);
        assert.ok(await isMissing(api(cluster), path), `${path} in ${cluster}`);
      }
      await eventually(`the end of the mirror in ${cluster}`, timeLimits.mirrorFollows, () =>
        isMissing(
          api(cluster),
          corePath(observabilityNamespace, "services", `${jaegerName}-${collector}`),
        ),
      );
      for (const inside of [linkerdNamespace, multiclusterNamespace, observabilityNamespace]) {
        for (const pod of await podsIn(api(cluster), inside)) {
          const setting = settingOf(pod, "LINKERD2_PROXY_TRACE_COLLECTOR_SVC_ADDR");
          assert.equal(setting, undefined, `${pod.metadata.name} in ${cluster}`);
          assert.notEqual(pod.metadata.labels?.["app"], jaegerName);
        }
      }
    }
  });
}

async function podsIn(api: KubernetesApi, inside: string): Promise<readonly Pod[]> {
  return (await api.get<List<Pod>>(corePath(inside, "pods"))).items.filter(isLive);
}

function settingOf(pod: Pod, variable: string): string | undefined {
  return proxyOf(pod)?.env?.find(({ name }) => name === variable)?.value;
}

/** A meshed pod that sends what it is told to. */
async function startClient(api: KubernetesApi): Promise<void> {
  await api.post(corePath(namespace, "pods"), {
    metadata: { name: "client", labels: { app: "client" } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: "client",
          image: await imageFor(api),
          imagePullPolicy: "IfNotPresent",
          args: ["pause"],
        },
      ],
    },
  });
  await readyPods(api, "client", 1);
}

async function curl(
  api: KubernetesApi,
  args: readonly string[],
): Promise<{ readonly status: number; readonly answer: string }> {
  const { stdout, stderr } = await api.exec({
    namespace,
    pod: "client",
    container: "client",
    command: ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", ...args],
    limit: timeLimits.apiRequest,
  });
  return { status: Number(stdout.split("\n").at(-1)), answer: stdout + stderr };
}

function newTrace(): string {
  return randomBytes(16).toString("hex");
}

/** One span, as OTLP has it in JSON. */
function spanOf(traceId: string): object {
  const time = `${String(Date.now())}000000`;
  const span = {
    traceId,
    spanId: randomBytes(8).toString("hex"),
    name: "by hand",
    kind: 1,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
  };
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
}

/**
 * What Jaeger has of a trace.
 *
 * @throws as long as it has nothing
 */
async function traceOf(api: KubernetesApi, traceId: string): Promise<Trace> {
  const pod = (await podsIn(api, observabilityNamespace)).find(
    ({ metadata }) => metadata.labels?.["app"] === jaegerName,
  );
  assert.ok(pod, "there is no pod of Jaeger");
  const path = `/api/traces/${traceId}`;
  const { name } = pod.metadata;
  const text = await api.podText(observabilityNamespace, name, jaegerPort, path);
  const [trace] = (JSON.parse(text) as { readonly data: readonly Trace[] }).data;
  assert.ok(trace, text);
  return trace;
}

/** `cluster app` of each proxy that has a span in the trace, each once. */
function placesOf({ spans, processes }: Trace): readonly string[] {
  return [
    ...new Set(
      spans.map(({ processID }) => {
        const tags = processes[processID]?.tags ?? [];
        const valueOf = (name: string) => String(tags.find(({ key }) => key === name)?.value);
        return `${valueOf("k8s.cluster.name")} ${valueOf("app")}`;
      }),
    ),
  ].sort();
}
