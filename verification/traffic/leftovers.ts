import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { expiresAnnotation, verificationLabel } from "./names.ts";
import { forgetInLinks } from "./link-status.ts";
import { removeProbes } from "./workloads.ts";

interface Namespace {
  readonly metadata: Metadata;
}

/**
 * Removes what verifications that were killed have left: namespaces that bear the label and have expired.
 * Those of verifications that may still be at work stay.
 *
 * @returns their names
 */
export async function removeLeftovers(api: KubernetesApi, now: Date): Promise<readonly string[]> {
  const items = await listAll<Namespace>(api, "/api/v1/namespaces", {
    labelSelector: verificationLabel,
  });
  const old = items.filter(({ metadata }) => hasExpired(metadata, now));
  await Promise.all(old.map(({ metadata }) => removeProbes(api, metadata.name)));
  await forgetInLinks(api);
  return old.map(({ metadata }) => metadata.name);
}

/** Without a time that can be read it is not known to be ours, and stays. */
function hasExpired({ annotations, deletionTimestamp }: Metadata, now: Date): boolean {
  const expires = Date.parse(annotations?.[expiresAnnotation] ?? "");
  return deletionTimestamp === undefined && expires < now.getTime();
}

/**
 * Waits until the namespace is gone. While an API of the cluster has nothing that answers for it, Kubernetes
 * ends no namespace, however empty: that is told, and not waited for.
 *
 * @returns why it stays, once nothing of what was made is in it; undefined where it is gone
 * @throws Error if it isn't within the limit
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
      // For a moment that is so while somebody installs something.
      if (isEmpty && isUndiscovered && Date.now() - started >= patience) {
        return { done: true, value: words };
      }
      return { done: false, seen: words || "it is being removed" };
    },
    further: `Look further with: kubectl get namespace ${namespace} -o yaml`,
  });
}

/** Condition of a namespace that can't end before every API of the cluster answers. */
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
