import type { KubernetesApi } from "./api.ts";
import { AnotherCluster, isUnreachable } from "./errors.ts";

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
export function knownCluster(api: KubernetesApi, expected: ExpectedCluster): KubernetesApi {
  const compare = async (): Promise<KubernetesApi> => {
    const uid = await readClusterUid(api);
    if (uid === expected.uid) return api;
    throw new AnotherCluster(describeOther(expected, uid));
  };
  let seen: Promise<KubernetesApi> | undefined;
  // A successful comparison is kept. A failed one is repeated.
  const same = (): Promise<KubernetesApi> =>
    (seen ??= compare().catch((error: unknown) => {
      seen = undefined;
      throw error;
    }));
  return {
    server: api.server,
    get: async (path, query) => (await same()).get(path, query),
    text: async (path, query) => (await same()).text(path, query),
    podText: async (...where) => (await same()).podText(...where),
    exec: async (request) => (await same()).exec(request),
    atPort: async (port, use) => (await same()).atPort(port, use),
    post: async (path, body, query) => (await same()).post(path, body, query),
    patch: async (path, body, query) => (await same()).patch(path, body, query),
    apply: async (...how) => (await same()).apply(...how),
    delete: async (path) => (await same()).delete(path),
  };
}

/** Says that another cluster answers than expected, and how to fix it. */
export function describeOther({ uid, way }: ExpectedCluster, seen: string): string {
  return (
    `${way} leads to a different cluster than the one of this stack: its namespace kube-system has the ` +
    `UID ${seen}, not ${uid}. Nothing was changed there. Point the context to the former cluster ` +
    "again. To move the stack, name the context of another cluster in the topology, or run `down` first"
  );
}
