import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
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
 * Waits until the namespace is gone.
 *
 * @throws Error if it isn't within the limit
 */
export async function awaitRemoval(
  api: KubernetesApi,
  cluster: string,
  namespace: string,
  limit: number,
): Promise<void> {
  await waitFor({
    what: `waiting for namespace ${namespace} of ${cluster} to be gone`,
    limit,
    look: async () => {
      const found = await getIfThere<Namespace & NamespaceStatus>(
        api,
        `/api/v1/namespaces/${namespace}`,
      );
      if (found === undefined) return { done: true, value: undefined };
      const words = (found.status?.conditions ?? [])
        .filter(
          ({ status, type }) => status === "True" && type !== "NamespaceDeletionDiscoveryFailure",
        )
        .map(({ message = "" }) => message);
      return { done: false, seen: words.join("; ") || "it is being removed" };
    },
    further: `Look further with: kubectl get namespace ${namespace} -o yaml`,
  });
}

interface NamespaceStatus {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}
