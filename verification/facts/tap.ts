import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Condition } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { tapApiPath } from "../../linkerd/names.ts";

interface ApiService {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/**
 * Why the API server can't pass `linkerd viz tap` on to the cluster's linkerd-viz.
 *
 * @returns undefined if it can
 */
export async function troubleOfTap(api: KubernetesApi): Promise<string | undefined> {
  const found = await getIfThere<ApiService>(api, tapApiPath);
  if (found === undefined) return "there is no APIService for tap";
  const available = found.status?.conditions?.find(({ type }) => type === "Available");
  if (available?.status === "True") return undefined;
  const why = available?.message ?? "the API server has not said so yet";
  return `the API server doesn't serve tap (${why})`;
}
