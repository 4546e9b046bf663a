import type { KubernetesApi } from "../../verification/kubernetes/api.ts";

/** Namespace of the tests' workloads, the same in every cluster: mirrors come in a namespace's namesake. */
export const namespace = "e2e";

/** Image of the workload that says who it is (toolchain/go/probe). */
export const probeImage = "localhost/linkerd-topology/probe:1";

export async function createNamespace(api: KubernetesApi): Promise<void> {
  await api.post("/api/v1/namespaces", {
    metadata: { name: namespace, annotations: { "linkerd.io/inject": "enabled" } },
  });
}

/** A Service `web` on port 80, of pods that answer who they are. */
export async function createWeb(api: KubernetesApi, cluster: string): Promise<void> {
  await api.post(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name: "web" },
    spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  });
  await api.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            {
              name: "web",
              image: probeImage,
              imagePullPolicy: "IfNotPresent",
              env: [
                { name: "CLUSTER", value: cluster },
                field("POD", "metadata.name"),
                field("NAMESPACE", "metadata.namespace"),
              ],
              ports: [{ containerPort: 8080 }],
            },
          ],
        },
      },
    },
  });
}

/** A Job whose pod asks a URL until it gets an answer; the answer is in its log. */
export async function createClient(api: KubernetesApi, url: string): Promise<void> {
  await api.post(`/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: "client", labels: { app: "client" } },
    spec: {
      restartPolicy: "OnFailure",
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
