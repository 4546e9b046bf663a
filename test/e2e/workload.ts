import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Condition, LinkObject, List, Metadata } from "../../kubernetes/objects.ts";
import { corePath } from "../../linkerd/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually } from "./environment.ts";

/** Namespace of the tests' workloads, the same in every cluster: mirrors come in a namespace's namesake. */
export const namespace = "e2e";

/** Image of the workload that says who it is (toolchain/go/probe). */
export const probeImage = "localhost/linkerd-topology/probe:1";

/** Path of a Service in it. */
export function servicePath(name: string): string {
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

/** Whether the API server says that there is no such thing. */
export async function isMissing(api: KubernetesApi, path: string): Promise<boolean> {
  try {
    await api.get(path);
    return false;
  } catch (error) {
    if (error instanceof KubernetesApiError && error.status === 404) return true;
    throw error;
  }
}

/** What a Link says of one Service of its target. */
export function conditionsOf(
  { status }: LinkObject,
  kind: "mirrorServices" | "federatedServices",
  service: string,
): readonly Condition[] {
  return status?.[kind]?.find(({ remoteRef }) => remoteRef.name === service)?.conditions ?? [];
}

/**
 * The namespace, once Linkerd's webhook has heard of it: until then it refuses what is made in there, with
 * `namespaces "e2e" not found`.
 */
export async function createNamespace(api: KubernetesApi): Promise<void> {
  await api.post("/api/v1/namespaces", {
    metadata: { name: namespace, annotations: { "linkerd.io/inject": "enabled" } },
  });
  await eventually(
    `Linkerd's injector admits Services to ${namespace}`,
    timeLimits.injectorServes,
    async () => {
      await api.post(corePath(namespace, "services"), webService("admitted"), { dryRun: "All" });
      return true;
    },
  );
}

/** A Service on port 80, `web` if not told otherwise, of the pods of {@link createWeb}. */
export async function createService(api: KubernetesApi, name = "web"): Promise<void> {
  await api.post(corePath(namespace, "services"), webService(name));
}

function webService(name: string): object {
  return {
    metadata: { name },
    spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  };
}

/** A Service `web` on port 80, of pods that answer who they are. */
export async function createWeb(api: KubernetesApi, cluster: string): Promise<void> {
  await createService(api);
  await api.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { terminationGracePeriodSeconds: 1, containers: [answering("web", cluster)] },
      },
    },
  });
}

/** A headless Service `db` on port 80, over the pods of a StatefulSet of that name. */
export async function createDatabase(
  api: KubernetesApi,
  cluster: string,
  replicas: number,
): Promise<void> {
  await api.post(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name: "db" },
    spec: {
      clusterIP: "None",
      selector: { app: "db" },
      ports: [{ name: "http", port: 8080, targetPort: 8080 }],
    },
  });
  await api.post(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, {
    metadata: { name: "db" },
    spec: {
      serviceName: "db",
      replicas,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: { app: "db" } },
      template: {
        metadata: { labels: { app: "db" } },
        spec: { terminationGracePeriodSeconds: 1, containers: [answering("db", cluster)] },
      },
    },
  });
}

/** Waits until as many pods of `app` are Ready; the mirror of a headless Service has those that are. */
export async function readyPods(
  api: KubernetesApi,
  app: string,
  count: number,
): Promise<readonly RunningPod[]> {
  return eventually(`${String(count)} pods of ${app}`, timeLimits.firstRequest, async () => {
    const { items } = await api.get<List<RunningPod>>(corePath(namespace, "pods"), {
      labelSelector: `app=${app}`,
    });
    const ready = items.filter(({ status }) =>
      status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    return ready.length === count ? ready : undefined;
  });
}

export interface RunningPod {
  readonly metadata: Metadata;
  readonly status: { readonly podIP: string; readonly conditions?: readonly Condition[] };
}

/** A container that answers who it is on port 8080. */
export function answering(name: string, cluster: string): object {
  return {
    name,
    image: probeImage,
    imagePullPolicy: "IfNotPresent",
    env: [
      { name: "CLUSTER", value: cluster },
      field("POD", "metadata.name"),
      field("NAMESPACE", "metadata.namespace"),
    ],
    ports: [{ containerPort: 8080 }],
  };
}

/** A Job whose pod asks a URL until it gets an answer; the answer is in its log. */
export async function createClient(api: KubernetesApi, url: string): Promise<void> {
  await api.post(`/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: "client", labels: { app: "client" } },
    spec: {
      restartPolicy: "OnFailure",
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: "client",
          image: probeImage,
          imagePullPolicy: "IfNotPresent",
          args: ["get", url],
        },
      ],
    },
  });
}

/** What `probe get` prints. */
export interface Answer {
  readonly status?: number;
  readonly error?: string;
  readonly body?: {
    readonly cluster: string;
    readonly pod: string;
    readonly headers: Readonly<Record<string, string>>;
  };
}

/** The client's last answer, once it has one that went well. */
export async function readAnswer(api: KubernetesApi): Promise<Answer | undefined> {
  const log = await api.text(`/api/v1/namespaces/${namespace}/pods/client/log`, {
    container: "client",
  });
  const answers = log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Answer);
  const last = answers.at(-1);
  return last?.status === 200 ? last : undefined;
}

function field(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
