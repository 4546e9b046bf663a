import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import type { List, Pod } from "../../kubernetes/objects.ts";
import { corePath, deploymentPath } from "../../linkerd/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually } from "./environment.ts";
import { identityOf, type ProbeAnswer } from "./probe.ts";
import { createService, namespace, probeImage, servicePath } from "./workload.ts";

/** The most requests that wait for an answer at the same time. */
const mostAtOnce = 30;

/** For how many requests it remembers who answered. */
const mostRemembered = 100;

/** For how many seconds a terminating pod keeps answering: until nobody sends it requests. */
const farewell = 6;

/**
 * A Deployment of probes with proxies that restarts without losing requests: the new pod is Ready before the old
 * one ends, and the old one keeps answering until its clients know the new one.
 */
export async function createSteady(
  api: KubernetesApi,
  name: string,
  cluster: string,
  inNamespace: string = namespace,
): Promise<void> {
  await api.post(deploymentPath(inNamespace), {
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { app: name },
          annotations: {
            "linkerd.io/inject": "enabled",
            "config.alpha.linkerd.io/proxy-wait-before-exit-seconds": String(farewell + 4),
          },
        },
        spec: {
          containers: [
            {
              name: "probe",
              image: probeImage,
              imagePullPolicy: "IfNotPresent",
              env: [
                { name: "CLUSTER", value: cluster },
                { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              ],
              ports: [{ containerPort: 8080 }],
              lifecycle: { preStop: { sleep: { seconds: farewell } } },
              readinessProbe: { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  });
}

/** A Service of the pods of the Deployment `steady`, with the labels of an export. */
export async function exportSteady(
  api: KubernetesApi,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  await createService(api, name);
  await api.patch(servicePath(name), {
    metadata: { labels },
    spec: { selector: { app: "steady" } },
  });
}

/** The result of constant requests. */
export interface Summary {
  readonly requests: number;
  /** Answers that didn't come from the Service: by their text, how often and when they came. */
  readonly failures: readonly string[];
  /** Requests that no client could be told to send. The mesh isn't the reason. */
  readonly unsent: Readonly<Record<string, number>>;
  /** How many seconds the longest request took, measured by its client. */
  readonly slowest: number;
  /** Pods that answered. */
  readonly servers: ReadonlySet<string>;
  /** Cluster → how many requests its pods answered. */
  readonly clusters: ReadonlyMap<string, number>;
  /** Pods that sent requests. */
  readonly clients: ReadonlySet<string>;
}

/** Clients that request a URL at a steady rate, without waiting for earlier answers. */
export class ConstantTraffic {
  readonly #api: KubernetesApi;
  readonly #client: string;
  readonly #url: string;
  readonly #stop = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  readonly #loops: Promise<void>;
  #pods: readonly string[] = [];
  #requests = 0;
  #slowest = 0;
  readonly #unsent = new Map<string, number>();
  readonly #failures: string[] = [];
  readonly #servers = new Set<string>();
  readonly #clients = new Set<string>();
  #clusters = new Map<string, number>();
  /** Which cluster answered each of the last requests; failures are included. */
  #last: string[] = [];

  /**
   * @param client name of a Deployment of {@link createSteady}
   * @param perSecond how often it is asked
   */
  constructor(api: KubernetesApi, client: string, url: string, perSecond: number) {
    this.#api = api;
    this.#client = client;
    this.#url = url;
    this.#loops = Promise.all([this.#look(), this.#tick(1000 / perSecond)]).then(() => undefined);
  }

  /** Waits until the Service answers the clients. */
  async answered(): Promise<void> {
    await eventually(`an answer of ${this.#url}`, timeLimits.firstRequest, () =>
      Promise.resolve(this.#servers.size > 0 ? true : undefined),
    );
  }

  /** Forgets what was seen so far. */
  reset(): void {
    this.#requests = this.#slowest = 0;
    this.#unsent.clear();
    this.#failures.length = 0;
    this.#servers.clear();
    this.#clients.clear();
    this.#clusters = new Map();
  }

  /** Who answered the last requests, by cluster, the last one last. */
  recent(count: number): readonly string[] {
    return this.#last.slice(-count);
  }

  async end(): Promise<Summary> {
    this.#stop.abort();
    await this.#loops;
    await Promise.all(this.#pending);
    return this.summary();
  }

  /** The result since the beginning, or since the last `reset`. */
  summary(): Summary {
    return {
      requests: this.#requests,
      failures: [...this.#failures],
      slowest: this.#slowest,
      unsent: Object.fromEntries(this.#unsent),
      servers: this.#servers,
      clusters: this.#clusters,
      clients: this.#clients,
    };
  }

  async #look(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const { items } = await this.#api.get<List<Pod>>(corePath(namespace, "pods"), {
          labelSelector: `app=${this.#client}`,
        });
        const age = ({ metadata }: Pod) => metadata.creationTimestamp ?? "";
        this.#pods = items
          .filter(isServing)
          .sort((one, other) => age(one).localeCompare(age(other)))
          .map(({ metadata }) => metadata.name);
      } catch (error) {
        if (!(error instanceof KubernetesApiError)) throw error;
      }
      await this.#pause(250);
    }
  }

  async #tick(interval: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // Don't bury a slow machine in requests.
      if (this.#pending.size >= mostAtOnce) {
        this.#leave("too many answers were awaited");
        await this.#pause(interval);
        continue;
      }
      const asked = this.#ask().finally(() => this.#pending.delete(asked));
      this.#pending.add(asked);
      await this.#pause(interval);
    }
  }

  async #ask(): Promise<void> {
    // The pod that started last, because the others end sooner.
    const pod = this.#pods.at(-1);
    if (pod === undefined) {
      this.#leave("no client is ready");
      return;
    }
    let answer: ProbeAnswer;
    try {
      answer = await this.#api.get(`${corePath(namespace, "pods", `${pod}:8080`)}/proxy/ask`, {
        url: this.#url,
      });
    } catch (error) {
      this.#leave(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#requests += 1;
    this.#slowest = Math.max(this.#slowest, Number(answer.seconds ?? 0));
    this.#clients.add(pod);
    const server = identityOf(answer);
    this.#last = [...this.#last, server?.cluster ?? "nobody"].slice(-mostRemembered);
    if (server !== undefined) {
      this.#servers.add(server.pod);
      this.#clusters.set(server.cluster, (this.#clusters.get(server.cluster) ?? 0) + 1);
    } else {
      const { status = "", error = "", body = "" } = answer;
      const text = [status, error, typeof body === "string" ? body : JSON.stringify(body)];
      this.#failures.push(`${new Date().toISOString()} ${pod}: ${text.join(" ").trim()}`);
    }
  }

  #leave(why: string): void {
    this.#unsent.set(why, (this.#unsent.get(why) ?? 0) + 1);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

function isServing({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some((one) => one.type === "Ready" && one.status === "True");
  return metadata.deletionTimestamp === undefined && ready === true;
}
