import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isAlreadyThere, KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { isReady, troubleOf } from "../../kubernetes/pods.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { corePath } from "../../linkerd/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { Answer } from "./answers.ts";

/** A URL that is requested all the time, and the cluster from which. */
export interface Question {
  readonly url: string;
  /** Cluster of the pod that asks. */
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

export interface AskerPod {
  /** Name of the pod. */
  readonly name: string;
  /** Id of the drill: the pod's label. */
  readonly id: string;
  readonly image: string;
  /** Requests a second. */
  readonly rate: number;
  readonly question: Question;
  /** Nodes that the pod must not run on: without them it could not ask. */
  readonly avoid?: readonly string[];
}

/** Each worker waits for its own answer, so that a request without an answer doesn't stop the others. */
const workers = 4;

/** A worker sends this many requests before it starts again: enough for days. */
const most = 10_000_000;

const mark = "=== answered ";
export const drillLabel = "linkerd-topology.dev/drill";

function workerName(index: number): string {
  return `asker-${index}`;
}

/**
 * A pod that sends requests at a steady rate and writes each answer into its log, which outlives an API
 * server that is taken away. It needs no shell, and every image of verification's probes contains curl. With
 * a terminal curl writes each line at once.
 */
export function askerObject({ name, id, image, rate, question, avoid = [] }: AskerPod): object {
  return {
    metadata: {
      name,
      labels: { [drillLabel]: id },
      annotations: { "linkerd.io/inject": "enabled" },
    },
    spec: {
      serviceAccountName: question.serviceAccount,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
      ...(avoid.length > 0 && { affinity: { nodeAffinity: awayFrom(avoid) } }),
      securityContext: {
        runAsUser: 65534,
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: Array.from({ length: workers }, (_, index) => ({
        name: workerName(index),
        image,
        imagePullPolicy: "IfNotPresent",
        tty: true,
        command: ["curl", ...curlArguments(question.url, rate / workers)],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      })),
    },
  };
}

/** Kubernetes takes one name for each field. */
function awayFrom(nodes: readonly string[]): object {
  const matchFields = nodes.map((node) => ({
    key: "metadata.name",
    operator: "NotIn",
    values: [node],
  }));
  return {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
  };
}

/** curl repeats the request for each value of a part of the URL that isn't sent. */
function curlArguments(url: string, rate: number): string[] {
  const literal = url.replaceAll(/[[\]{}]/g, "\\$&");
  return [
    ...["--silent", "--no-progress-meter", "--output", "-"],
    ...["--rate", `${Math.max(1, Math.round(rate * 3600))}/h`],
    ...["--max-time", String(timeLimits.drillRequest / 1000)],
    ...["--noproxy", "*"],
    ...["--write-out", `\\n${mark}%{http_code} %{time_total} %{errormsg}\\n`],
    `${literal}#[1-${most}]`,
  ];
}

/** Reads the log of one worker, piece by piece. */
export class WorkerLog {
  /** Timestamp of the last line that was read. */
  #last = "";
  #body: string[] = [];

  /** From when on to read the log next, in Kubernetes' form. */
  get since(): string | undefined {
    return this.#last === "" ? undefined : `${this.#last.slice(0, 19)}Z`;
  }

  /** Another log begins: the answer that the last one ended in never came. */
  restarted(): void {
    this.#body = [];
  }

  /**
   * @param text lines with their timestamps; those that were read before are skipped
   * @param clusterOf finds the cluster that answered in the answer's text
   */
  read(text: string, clusterOf: (body: string) => string | undefined): Answer[] {
    const answers: Answer[] = [];
    const before = this.#last;
    for (const line of text.split("\n")) {
      const space = line.indexOf(" ");
      const time = space < 0 ? line : line.slice(0, space);
      // Kubernetes removes trailing zeros, so the order of the texts isn't that of the times.
      if (!/^\d{4}-\d\d-\d\dT/.test(time) || !isLater(time, before)) continue;
      this.#last = time;
      const content = (space < 0 ? "" : line.slice(space + 1)).replace(/\r$/, "");
      if (!content.startsWith(mark)) {
        this.#body.push(content);
        continue;
      }
      answers.push(answerOf(time, content.slice(mark.length), this.#body.join("\n"), clusterOf));
      this.#body = [];
    }
    return answers;
  }
}

function isLater(time: string, than: string): boolean {
  const key = (text: string): string =>
    `${text.slice(0, 19)}${(/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(9, "0")}`;
  return than === "" || key(time) > key(than);
}

function answerOf(
  time: string,
  words: string,
  body: string,
  clusterOf: (body: string) => string | undefined,
): Answer {
  const [code = "", seconds = "", ...error] = words.split(" ");
  const took = Math.round(Number(seconds) * 1000);
  const status = Number(code);
  const answered = status >= 200 && status < 400;
  const reason = status === 0 ? failureWords(error.join(" ")) : `status ${status}`;
  return {
    at: Date.parse(time) - took,
    took,
    failure: answered ? undefined : reason,
    cluster: answered ? clusterOf(body) : undefined,
  };
}

/** Without the figures, so that the same reason counts once. */
function failureWords(error: string): string {
  return error.replace(/ after \d+(\.\d+)? ?(ms|milliseconds|seconds)/, "").trim() || "no answer";
}

/**
 * Which cluster answered: that of a pod that the answer names, or one that it names as a word.
 *
 * @param pods name of a pod → its cluster
 */
export function clusterIn(
  body: string,
  pods: ReadonlyMap<string, string>,
  clusters: readonly string[],
): string | undefined {
  const words = new Set(body.match(/[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*/g) ?? []);
  const named = [...words].flatMap((word) => pods.get(word) ?? []);
  const found = new Set(named.length > 0 ? named : clusters.filter((name) => words.has(name)));
  return found.size === 1 ? [...found][0] : undefined;
}

/** A running pod that sends requests. */
export class Asker {
  readonly question: Question;
  readonly answers: Answer[] = [];
  readonly #api: KubernetesApi;
  readonly #pod: AskerPod;
  readonly #logs = Array.from({ length: workers }, () => new WorkerLog());
  /** How often each worker was started again, as far as its log was read. */
  readonly #restarts = new Map<string, number>();
  /** Workers whose answers from before a restart couldn't be read. */
  readonly #lost = new Set<string>();

  constructor(api: KubernetesApi, pod: AskerPod) {
    this.#api = api;
    this.#pod = pod;
    this.question = pod.question;
  }

  /** Why there are fewer answers than there should be. Undefined: there are not. */
  get interrupted(): string | undefined {
    if (this.#restarts.size === 0) return undefined;
    const lost = this.#lost.size > 0 ? ", and its answers from before that could not be read" : "";
    return (
      `the pod that asks in ${this.question.cluster} was started again: it asked nothing while it was away` +
      lost
    );
  }

  get path(): string {
    return corePath(this.question.namespace, "pods", this.#pod.name);
  }

  /** Creates the pod, and waits until it sends requests through its proxy. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const { cluster, namespace } = this.question;
    const { name } = this.#pod;
    try {
      await this.#api.post(corePath(namespace, "pods"), askerObject(this.#pod));
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
    await waitFor({
      what: `waiting for the drill's pod ${namespace}/${name} in ${cluster}`,
      limit: timeLimits.probesReady,
      look: async () => {
        const pod = await this.#api.get<Pod>(this.path);
        return isReady(pod)
          ? { done: true, value: undefined }
          : { done: false, seen: troubleOf(pod) };
      },
      further: `Look further with: kubectl -n ${namespace} describe pod ${name}`,
      signal,
    });
  }

  /** Reads what is new since the last time. */
  async read(clusterOf: (body: string) => string | undefined): Promise<void> {
    const pod = await this.#api.get<Pod>(this.path);
    const read = this.#logs.map(async (log, index) => {
      const container = workerName(index);
      const started = pod.status?.containerStatuses?.find(({ name }) => name === container);
      const restarts = started?.restartCount ?? 0;
      if (restarts > (this.#restarts.get(container) ?? 0)) {
        // A restart begins another log. The one before it is kept.
        const before = await this.#log(log, container, true).catch((error: unknown) => {
          const isGone =
            error instanceof KubernetesApiError && (error.status === 400 || error.status === 404);
          if (!isGone) throw error;
          this.#lost.add(container);
          return "";
        });
        this.answers.push(...log.read(before, clusterOf));
        log.restarted();
        this.#restarts.set(container, restarts);
      }
      this.answers.push(...log.read(await this.#log(log, container, false), clusterOf));
    });
    await Promise.all(read);
  }

  async #log({ since }: WorkerLog, container: string, previous: boolean): Promise<string> {
    return this.#api.text(`${this.path}/log`, {
      container,
      timestamps: "true",
      ...(previous && { previous: "true" }),
      ...(since !== undefined && { sinceTime: since }),
    });
  }
}
