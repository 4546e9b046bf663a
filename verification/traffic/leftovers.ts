import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { expiresAnnotation, verificationLabel } from "./names.ts";
import { forgetInLinks } from "./link-status.ts";
import { removeNamespace } from "./workloads.ts";

interface Namespace {
  readonly metadata: Metadata;
}

/**
 * Removes what killed verifications have left: namespaces that have the label and have expired. Namespaces of
 * verifications that may still run stay.
 *
 * @returns their names
 */
export async function removeLeftovers(api: KubernetesApi, now: Date): Promise<readonly string[]> {
  const items = await listAll<Namespace>(api, "/api/v1/namespaces", {
    labelSelector: verificationLabel,
  });
  const old = items.filter(({ metadata }) => hasExpired(metadata, now));
  await Promise.all(old.map(({ metadata }) => removeNamespace(api, metadata.name)));
  await forgetInLinks(api);
  return old.map(({ metadata }) => metadata.name);
}

/** Without a readable time, nobody knows whether the package made it, so it stays. */
function hasExpired({ annotations, deletionTimestamp }: Metadata, now: Date): boolean {
  const expires = Date.parse(annotations?.[expiresAnnotation] ?? "");
  return deletionTimestamp === undefined && expires < now.getTime();
}

/**
 * Waits until the namespace is gone. While an API of the cluster has no server, Kubernetes doesn't delete any
 * namespace, however empty. The function reports that and doesn't wait for it.
 *
 * @returns why the namespace stays after its content is gone; undefined if the namespace is gone
 * @throws Error if it isn't gone within the limit
 */
export async function awaitRemoval(
  api: KubernetesApi,
  cluster: string,
  namespace: string,
  limit: number,
  patience: number = timeLimits.apisDiscovered,
): Promise<string | undefined> {
  const started = Date.now();
  return waitFor<string | undefined>({
    what: `waiting for namespace ${namespace} of ${cluster} to be gone`,
    limit,
    look: async () => {
      const found = await getIfThere<Namespace & NamespaceStatus>(
        api,
        `/api/v1/namespaces/${namespace}`,
      );
      if (found === undefined) return { done: true, value: undefined };
      const conditions = found.status?.conditions ?? [];
      const holding = conditions.filter(({ status }) => status === "True");
      const isEmpty = conditions.some(
        ({ type, status }) => type === "NamespaceContentRemaining" && status === "False",
      );
      const words = holding.map(({ message = "" }) => message).join("; ");
      const isUndiscovered =
        holding.length > 0 && holding.every(({ type }) => type === undiscovered);
      // This is true for a moment while somebody installs something.
      if (isEmpty && isUndiscovered && Date.now() - started >= patience) {
        return { done: true, value: words };
      }
      return { done: false, seen: words || "it is being removed" };
    },
    further: `Look further with: kubectl get namespace ${namespace} -o yaml`,
  });
}

/** Condition of a namespace that can't be deleted until every API of the cluster answers. */
const undiscovered = "NamespaceDeletionDiscoveryFailure";

interface NamespaceStatus {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}
