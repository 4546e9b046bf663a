import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath, deploymentPath } from "../../linkerd/names.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { failuresOf } from "../../verification/prove.ts";
import type { Mesh } from "../../verification/observe.ts";
import type { MeshStatus } from "../../verification/status.ts";
import { clientAccount, verificationNamespace } from "../../verification/traffic/names.ts";
import { ProbeWorkloads } from "../../verification/traffic/probe-workloads.ts";
import { requestOf } from "../../verification/traffic/request.ts";
import { imageFor } from "../../verification/traffic/workloads.ts";
import { badInput, CommandError } from "../command-error.ts";
import { Asker, type Question } from "./asker.ts";
import type { Taken } from "./taken.ts";

/** Requests that the person chose. */
export interface OwnQuestion {
  readonly urls: readonly string[];
  /** `CLUSTER/NAMESPACE/deploy/NAME`. */
  readonly from: string;
}

/** What `--from` names. */
export interface Origin {
  readonly cluster: string;
  readonly namespace: string;
  readonly deployment: string;
}

/** @throws CommandError, exit code 2 */
export function parseOrigin(text: string, clusters: readonly string[]): Origin {
  const [cluster = "", namespace = "", kind = "", deployment = "", ...rest] = text.split("/");
  const known = ["deploy", "deployment", "deployments"].includes(kind);
  if (!known || rest.length > 0 || namespace === "" || deployment === "") {
    throw badInput(`--from ${text}: write it as CLUSTER/NAMESPACE/deploy/NAME`);
  }
  if (!clusters.includes(cluster)) {
    throw badInput(
      `--from ${text}: there is no cluster ${cluster}; there are ${clusters.join(", ")}`,
    );
  }
  return { cluster, namespace, deployment };
}

/** @throws CommandError, exit code 2, if the URL can't be requested */
export function requireUrl(text: string): void {
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol !== "http:" && protocol !== "https:") {
    throw badInput(`--ask ${text}: write a URL, such as http://web.shop/health`);
  }
  if (text.includes("#"))
    throw badInput(`--ask ${text}: leave out what begins with #; it isn't sent`);
}

/** The senders of requests during a drill. */
export interface Asking {
  /** Everything that they create in the clusters. */
  readonly made: readonly Taken[];
  /** Creates them, and returns the askers. */
  start(): Promise<readonly Asker[]>;
  /** Which pod is in which cluster, as far as that is known by now. */
  pods(): Promise<ReadonlyMap<string, string>>;
  /** Removes what was created. */
  end(): Promise<void>;
}

export interface AskingOptions {
  readonly mesh: Mesh;
  readonly apiOf: (cluster: string) => Promise<KubernetesApi>;
  readonly image: string | undefined;
  readonly rate: number;
  /** What is taken away. Nobody asks from a node among it. */
  readonly taken: readonly Taken[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Nodes of a cluster from which nobody can ask, because they are taken away. None if that is all of them:
 * the pod has to be somewhere.
 */
export function nodesToAvoid(
  { name, nodes }: { readonly name: string; readonly nodes: readonly string[] },
  taken: readonly Taken[],
): readonly string[] {
  const avoid = taken.flatMap((one) =>
    one.kind === "node" && one.cluster === name ? [one.node] : [],
  );
  return nodes.every((node) => avoid.includes(node)) ? [] : avoid;
}

function avoidIn(cluster: string, { mesh, taken }: AskingOptions): readonly string[] {
  const planned = mesh.plan.clusters.find(({ name }) => name === cluster);
  const nodes = planned?.type === "kind" ? planned.nodes.map(({ name }) => name) : [];
  return nodesToAvoid({ name: cluster, nodes }, taken);
}

/**
 * Requests the person's URLs, each from a pod of the drill beside a Deployment: in its namespace and under its
 * service account, so that policies treat it like the Deployment's pods.
 *
 * @throws CommandError if the Deployment doesn't exist
 */
export async function askOwn(own: OwnQuestion, options: AskingOptions): Promise<Asking> {
  const { mesh, apiOf, rate, signal } = options;
  for (const url of own.urls) requireUrl(url);
  const clusters = mesh.plan.clusters.map(({ name }) => name);
  const { cluster, namespace, deployment } = parseOrigin(own.from, clusters);
  const api = await apiOf(cluster);
  const found = await getIfThere<DeploymentWithAccount>(api, deploymentPath(namespace, deployment));
  if (found === undefined) {
    throw new CommandError(
      `--from ${own.from}: ${cluster} has no Deployment ${namespace}/${deployment}`,
    );
  }
  const id = randomBytes(4).toString("hex");
  const serviceAccount = found.spec.template.spec.serviceAccountName ?? "default";
  const image = options.image ?? (await imageFor(api));
  const avoid = avoidIn(cluster, options);
  const askers = own.urls.map((url, index) => {
    const question: Question = { url, cluster, namespace, serviceAccount };
    return new Asker(api, { name: `drill-${id}-${index}`, id, image, rate, question, avoid });
  });
  // The second part of the host name. An address says nothing.
  const asked = new Set(own.urls.map((url) => new URL(url).hostname.split(".")[1] ?? namespace));
  const pods = new PodNames(clusters, async (name) => {
    const api = await apiOf(name);
    const lists = [...asked].map((space) => listAll<Pod>(api, corePath(space, "pods")));
    return (await Promise.all(lists)).flat().map(({ metadata }) => metadata.name);
  });
  return {
    made: askers.map(({ path }) => ({ kind: "made", cluster, path })),
    start: async () => {
      await Promise.all(askers.map((asker) => asker.start(signal)));
      return askers;
    },
    pods: () => pods.read(),
    // It is in the journal.
    end: () => Promise.resolve(),
  };
}

/** Which pod is in which cluster. What was read once stays known: an answer may come from a pod that is gone. */
export class PodNames {
  readonly #known = new Map<string, string>();
  readonly #clusters: readonly string[];
  readonly #list: (cluster: string) => Promise<readonly string[]>;
  /** Cluster → the reading of its pods that is under way. */
  readonly #reading = new Map<string, Promise<void>>();

  constructor(clusters: readonly string[], list: (cluster: string) => Promise<readonly string[]>) {
    this.#clusters = clusters;
    this.#list = list;
  }

  /** Reads the pods of all clusters. A frozen cluster must not hold up the answers of the others. */
  async read(): Promise<ReadonlyMap<string, string>> {
    for (const cluster of this.#clusters) {
      if (!this.#reading.has(cluster)) this.#reading.set(cluster, this.#readIn(cluster));
    }
    const end = new AbortController();
    await Promise.race([
      Promise.all(this.#reading.values()),
      sleep(timeLimits.drillPods, undefined, { signal: end.signal }).catch(() => undefined),
    ]);
    end.abort();
    return this.#known;
  }

  async #readIn(cluster: string): Promise<void> {
    try {
      for (const pod of await this.#list(cluster)) this.#known.set(pod, cluster);
    } catch {
      // The next reading tries again. Until then the pods that are known answer.
    } finally {
      this.#reading.delete(cluster);
    }
  }
}

interface DeploymentWithAccount {
  readonly spec: { readonly template: { readonly spec: { readonly serviceAccountName?: string } } };
}

/**
 * Sends requests over every Link, in every way that it carries exports, with verification's workloads: one
 * namespace in each cluster.
 */
export function askProbes(status: MeshStatus, options: AskingOptions): Asking {
  const { mesh, apiOf, rate, signal } = options;
  const id = randomBytes(4).toString("hex");
  const namespace = verificationNamespace(id);
  const pods = new Map<string, string>();
  let workloads: ProbeWorkloads | undefined;
  return {
    made: mesh.plan.clusters.map(({ name }) => ({
      kind: "made",
      cluster: name,
      path: `/api/v1/namespaces/${namespace}`,
    })),
    start: async () => {
      const probe = { signal, probeImage: options.image || undefined };
      workloads = await ProbeWorkloads.open(mesh, status, id, probe, connect);
      const failed = failuresOf(await workloads.setUp());
      if (failed.length > 0) {
        const lines = failed.map(({ subject, problem, mend }) => `${subject}: ${problem}. ${mend}`);
        throw new CommandError(["the drill's workloads don't run:", ...lines].join("\n  - "));
      }
      await workloads.export();
      const { context } = workloads;
      for (const { name, cluster } of context.servers.values()) pods.set(name, cluster);
      const routes = context.probes.routes.filter(({ obstacle }) => obstacle === undefined);
      return Promise.all(
        routes.map(async (route, index) => {
          const cluster = route.source;
          const api = await apiOf(cluster);
          const asker = new Asker(api, {
            name: `asker-${index}`,
            id,
            image: options.image ?? (await imageFor(api)),
            rate,
            avoid: avoidIn(cluster, options),
            question: {
              url: requestOf(context, route, "/hostname").url,
              cluster,
              namespace,
              serviceAccount: clientAccount(cluster),
            },
          });
          await asker.start(signal);
          return asker;
        }),
      );
    },
    pods: () => Promise.resolve(pods),
    end: async () => {
      await workloads?.remove();
    },
  };
}
