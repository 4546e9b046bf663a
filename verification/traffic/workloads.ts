import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isAlreadyThere, isConflict, isNotFound } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { KubernetesNode, Pod } from "../../kubernetes/objects.ts";
import { isReady, proxyContainer, proxyOf, troubleOf } from "../../kubernetes/pods.ts";
import { corePath } from "../../linkerd/names.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { clientPod, defaultProbeImage } from "./names.ts";
import { contentOf, namespaceObject, type ProbeObjects } from "./objects.ts";
import type { ProbeService } from "./probe-plan.ts";
import type { Server } from "./probe-context.ts";

/**
 * Creates the namespace and everything in it. Nothing is exported yet.
 *
 * @param signal stops between two requests, never during one: a request that was already sent would create
 *   its object after the removal
 */
export async function createProbes(
  api: KubernetesApi,
  objects: ProbeObjects,
  signal?: AbortSignal,
): Promise<void> {
  await api.post("/api/v1/namespaces", namespaceObject(objects));
  for (const { kind, object } of contentOf(objects)) {
    await createIn(api, objects, kind, object, signal);
  }
}

/** Linkerd's webhook refuses objects in a namespace that it doesn't know yet. */
async function createIn(
  api: KubernetesApi,
  { cluster, namespace }: ProbeObjects,
  kind: string,
  object: object,
  signal: AbortSignal | undefined,
): Promise<void> {
  await waitFor({
    what: `making ${kind} in ${namespace} of ${cluster}`,
    limit: timeLimits.injectorServes,
    look: async () => {
      try {
        await api.post(corePath(namespace, kind), object);
      } catch (error) {
        if (isAlreadyThere(error)) return { done: true, value: undefined };
        const { message } = error as Error;
        if (!message.includes(`namespaces "${namespace}" not found`)) throw new Error(message);
        return { done: false, seen: message };
      }
      return { done: true, value: undefined };
    },
    further: "Look further with: kubectl -n linkerd logs deploy/linkerd-proxy-injector",
    signal,
  });
}

/**
 * Waits until the server and the client are Ready, each with a proxy.
 *
 * @throws Error with what was seen instead
 */
export async function probesReady(
  api: KubernetesApi,
  { cluster, namespace, server }: ProbeObjects,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal | undefined },
): Promise<Server> {
  return waitFor({
    what: `waiting for the pods of ${namespace} in ${cluster}`,
    limit,
    look: async () => {
      const items = await listAll<RunningPod>(api, corePath(namespace, "pods"));
      const pods = [server, clientPod].map((name) =>
        items.find((pod) => pod.metadata.name === name),
      );
      const bare = pods.find((pod) => pod !== undefined && proxyOf(pod) === undefined);
      // A pod never gets a proxy later.
      if (bare !== undefined) {
        throw new Error(
          `pod ${bare.metadata.name} was created without ${proxyContainer}: the injector did not serve`,
        );
      }
      const waiting = pods.flatMap((pod) =>
        pod === undefined || isReady(pod) ? [] : [`${pod.metadata.name}: ${troubleOf(pod)}`],
      );
      const address = pods[0]?.status?.podIP;
      return waiting.length === 0 && address !== undefined
        ? { done: true, value: { cluster, name: server, address } }
        : { done: false, seen: waiting.join("; ") || "no pods yet" };
    },
    further: `Look further with: kubectl -n ${namespace} describe pods`,
    signal,
  });
}

interface RunningPod extends Pod {
  readonly status?: Pod["status"] & { readonly podIP?: string };
}

/**
 * The image for a cluster if none was given: an agnhost that all of its nodes have, as the toolchain provides
 * it without a registry; else that of Kubernetes' registry.
 */
export async function imageFor(api: KubernetesApi): Promise<string> {
  const items = await listAll<NodeWithImages>(api, "/api/v1/nodes");
  const [first, ...others] = items.map(({ status }) =>
    (status?.images ?? []).flatMap(({ names }) =>
      (names ?? []).filter((name) => /\/agnhost:[^@]+$/.test(name)),
    ),
  );
  const everywhere = (first ?? []).filter((name) => others.every((names) => names.includes(name)));
  return everywhere.includes(defaultProbeImage)
    ? defaultProbeImage
    : (everywhere.sort().at(-1) ?? defaultProbeImage);
}

interface NodeWithImages extends KubernetesNode {
  readonly status?: KubernetesNode["status"] & {
    /** `names` is null for an image that lost its tag. */
    readonly images?: readonly { readonly names?: readonly string[] | null }[];
  };
}

/** Sets the labels that export the Services of a cluster. */
export async function exportProbes(
  api: KubernetesApi,
  namespace: string,
  services: readonly ProbeService[],
): Promise<void> {
  await Promise.all(
    services.map(({ name, labels }) =>
      api.patch(corePath(namespace, "services", name), { metadata: { labels } }),
    ),
  );
}

/**
 * Removes the export labels and the namespace with everything in it, which takes some seconds. A missing
 * namespace counts as removed.
 */
export async function removeNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  try {
    await api.delete(`/api/v1/namespaces/${namespace}`);
  } catch (error) {
    // 409: it is being deleted.
    if (isConflict(error)) return;
    if (isNotFound(error)) return;
    throw error;
  }
}
