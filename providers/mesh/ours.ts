import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { isOurs } from "../../linkerd/traffic-objects.ts";

interface Present {
  readonly metadata: Metadata;
}

/**
 * @param or what to do in place of deleting it, such as `leave out gateway.own`
 * @throws Error if somebody else has an object of the name
 */
export async function refuseForeign(
  api: KubernetesApi,
  path: string,
  { kind, namespace, name, or }: Readonly<Record<"kind" | "namespace" | "name" | "or", string>>,
): Promise<void> {
  const present = await getIfThere<Present>(api, path);
  if (present === undefined || isOurs(present)) return;
  throw new Error(
    `${kind} ${namespace}/${name} at ${api.server} was made by somebody else. Delete it ` +
      `(kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}), or ${or}.`,
  );
}

/** Deletes an object, unless somebody else made it. */
export async function removeOurs(api: KubernetesApi, path: string): Promise<void> {
  const present = await getIfThere<Present>(api, path);
  if (present !== undefined && isOurs(present)) await api.delete(path);
}
