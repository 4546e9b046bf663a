import assert from "node:assert/strict";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { eventually } from "./environment.ts";
import { namespace, probeImage } from "./workload.ts";

/** A pod that answers with its name, and sends requests to others on demand. */
export interface ProbePod {
  readonly name: string;
  /** The cluster that it names in its answers. */
  readonly cluster: string;
  /** The node to run on. @default any */
  readonly node?: string;
  /** Whether it gets Linkerd's proxy. @default false */
  readonly meshed?: boolean;
  /** Account that its identity is made of. @default "default" */
  readonly serviceAccount?: string;
}

/** The answer that a probe got. */
export interface ProbeAnswer {
  readonly status?: number;
  readonly error?: string;
  /** How long it took, as text. */
  readonly seconds?: string;
  /** Undefined if something other than a probe answered. */
  readonly body?: Identity | string;
}

/** Who answered, and what reached it. */
export interface Identity {
  readonly cluster: string;
  readonly pod: string;
  /** Address and port that the request came from. */
  readonly remote: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface RunningPod {
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const path = (kind: string, name = "") =>
  `/api/v1/namespaces/${namespace}/${kind}${name && `/${name}`}`;

/** What a destination controller knows of a Service. */
export interface View {
  /** `address:port`, sorted. */
  readonly endpoints: readonly string[];
  /** Of the endpoints' proxies, sorted, each once. */
  readonly identities: readonly string[];
  readonly error?: string;
}

/** Makes the pod and waits until it is Ready. Its name is a label as well, `app`. */
export async function startProbe(api: KubernetesApi, pod: ProbePod): Promise<Probe> {
  const { name, cluster, node, meshed = false, serviceAccount = "default" } = pod;
  if (serviceAccount !== "default") {
    await api.post(path("serviceaccounts"), { metadata: { name: serviceAccount } });
  }
  await api.post(path("pods"), {
    metadata: {
      name,
      labels: { app: name },
      annotations: { "linkerd.io/inject": meshed ? "enabled" : "disabled" },
    },
    spec: {
      serviceAccountName: serviceAccount,
      terminationGracePeriodSeconds: 1,
      ...(node !== undefined && {
        nodeSelector: { "kubernetes.io/hostname": node },
        tolerations: [{ operator: "Exists" }],
      }),
      containers: [
        {
          name: "probe",
          image: probeImage,
          imagePullPolicy: "IfNotPresent",
          env: [
            { name: "CLUSTER", value: cluster },
            { name: "POD", value: name },
            { name: "NAMESPACE", value: namespace },
          ],
          ports: [{ containerPort: 8080 }],
          readinessProbe: { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 },
        },
      ],
    },
  });
  return readyProbe(api, pod);
}

async function readyProbe(
  api: KubernetesApi,
  { name, cluster }: Pick<ProbePod, "name" | "cluster">,
): Promise<Probe> {
  const what = `pod ${name} in ${cluster}`;
  const address = await eventually(what, timeLimits.firstRequest, async () => {
    const { status } = await api.get<RunningPod>(path("pods", name));
    const ready = status.conditions?.some((one) => one.type === "Ready" && one.status === "True");
    return ready === true ? status.podIP : undefined;
  });
  return new Probe(api, name, cluster, address);
}

/** A running probe. */
export class Probe {
  readonly #api: KubernetesApi;
  readonly name: string;
  readonly cluster: string;
  /** Its pod's. */
  readonly address: string;

  constructor(api: KubernetesApi, name: string, cluster: string, address: string) {
    this.#api = api;
    this.name = name;
    this.cluster = cluster;
    this.address = address;
  }

  /** Lets it ask; the answer is what it saw, an error of its own included. */
  async ask(url: string): Promise<ProbeAnswer> {
    return this.#api.get(`${path("pods", `${this.name}:8080`)}/proxy/ask`, { url });
  }

  /**
   * Lets it look up what its cluster's destination controller knows of a Service.
   *
   * @param expected as soon as there are so many endpoints it has seen enough; with fewer there is an error
   */
  async lookUp(service: string, expected: number): Promise<View> {
    return this.#api.get(`${path("pods", `${this.name}:8080`)}/proxy/look-up`, {
      server: "linkerd-dst.linkerd.svc.cluster.local:8086",
      authority: `${service}.${namespace}.svc.cluster.local:80`,
      expected: String(expected),
    });
  }

  /** The same pod after its node was restarted, when it may have another address. */
  async again(): Promise<Probe> {
    return readyProbe(this.#api, this);
  }

  /** URL at which the pod answers by its address. */
  get url(): string {
    return `http://${this.address}:8080/`;
  }
}

/** The identity in an answer; undefined where none of ours answered. */
export function identityOf({ status, body }: ProbeAnswer): Identity | undefined {
  return status === 200 && typeof body === "object" ? body : undefined;
}

/** The server itself gave the answer, and it saw the client's own address. */
export function assertAnswers(server: Probe, client: Probe, answer: ProbeAnswer): void {
  const identity = identityOf(answer);
  assert.equal(identity?.pod, server.name, `${client.name} was answered ${JSON.stringify(answer)}`);
  assert.equal(identity.cluster, server.cluster);
  assert.equal(identity.remote.split(":")[0], client.address);
}
