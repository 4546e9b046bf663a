import type { Duplex } from "node:stream";
import type { KubernetesApi, Query } from "./api.ts";
import { AnotherCluster, isUnreachable } from "./errors.ts";
import type { ExecRequest, ExecResult, PodPort } from "./pod-requests.ts";

const systemNamespace = "/api/v1/namespaces/kube-system";

/**
 * The UID of the namespace kube-system identifies a cluster. Every cluster has that namespace, nobody can
 * delete it, and no two clusters have the same UID.
 *
 * @throws KubernetesApiError if nothing answers; AnotherCluster if the answer has no UID
 */
export async function readClusterUid(api: KubernetesApi): Promise<string> {
  let uid: unknown;
  try {
    const namespace = await api.get<{ readonly metadata?: { readonly uid?: unknown } }>(
      systemNamespace,
    );
    uid = namespace.metadata?.uid;
  } catch (error) {
    if (isUnreachable(error)) throw error;
    // Callers would take "not found" for an object that doesn't exist.
    throw new AnotherCluster(
      `it is unknown which cluster answers at ${api.server}: ${(error as Error).message}. Allow the account of ` +
        "the kubeconfig to get the namespace kube-system",
      { cause: error },
    );
  }
  if (typeof uid === "string" && uid !== "") return uid;
  throw new AnotherCluster(
    `it is unknown which cluster answers at ${api.server}: its namespace kube-system has no UID`,
  );
}

/** The cluster that a kubeconfig should lead to. */
export interface ExpectedCluster {
  /** UID of the namespace kube-system. */
  readonly uid: string;
  /** How to reach it, for messages: a file, and the context in it. */
  readonly way: string;
}

/** The API of exactly one cluster. It compares the UID before the first request. */
export class KnownCluster implements KubernetesApi {
  readonly #api: KubernetesApi;
  readonly #expected: ExpectedCluster;
  #seen: Promise<KubernetesApi> | undefined;

  constructor(api: KubernetesApi, expected: ExpectedCluster) {
    this.#api = api;
    this.#expected = expected;
  }

  get server(): string {
    return this.#api.server;
  }

  async get<T>(path: string, query?: Query): Promise<T> {
    return (await this.#same()).get(path, query);
  }

  async text(path: string, query?: Query): Promise<string> {
    return (await this.#same()).text(path, query);
  }

  async podText(namespace: string, pod: string, port: number, path: string): Promise<string> {
    return (await this.#same()).podText(namespace, pod, port, path);
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    return (await this.#same()).exec(request);
  }

  async atPort<T>(
    port: PodPort,
    use: (connection: Duplex, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return (await this.#same()).atPort(port, use);
  }

  async post<T>(path: string, body: unknown, query?: Query): Promise<T> {
    return (await this.#same()).post(path, body, query);
  }

  async patch<T>(path: string, body: unknown, query?: Query): Promise<T> {
    return (await this.#same()).patch(path, body, query);
  }

  async apply<T>(...how: Parameters<KubernetesApi["apply"]>): Promise<T> {
    return (await this.#same()).apply(...how);
  }

  async delete(path: string): Promise<void> {
    await (await this.#same()).delete(path);
  }

  /** A successful comparison is kept. A failed one is repeated. */
  #same(): Promise<KubernetesApi> {
    this.#seen ??= this.#compare().catch((error: unknown) => {
      this.#seen = undefined;
      throw error;
    });
    return this.#seen;
  }

  async #compare(): Promise<KubernetesApi> {
    const uid = await readClusterUid(this.#api);
    if (uid === this.#expected.uid) return this.#api;
    throw new AnotherCluster(describeOther(this.#expected, uid));
  }
}

/** Says that another cluster answers than expected, and how to fix it. */
export function describeOther({ uid, way }: ExpectedCluster, seen: string): string {
  return (
    `${way} leads to a different cluster than the one of this stack: its namespace kube-system has the ` +
    `UID ${seen}, not ${uid}. Nothing was changed there. Point the context to the former cluster ` +
    "again. To move the stack, name the context of another cluster in the topology, or run `down` first"
  );
}
