import type { KubernetesApi } from "../kubernetes/api.ts";
import type { Metadata } from "../kubernetes/objects.ts";
import { getIfThere } from "../kubernetes/optional.ts";
import { corePath, nudgedAnnotation } from "./names.ts";

const plurals = { Service: "services", Endpoints: "endpoints" } as const;

/**
 * Makes the watchers of an object look at it again: two changes, of which the second undoes the first.
 *
 * @returns false if the object doesn't exist
 */
export async function touch(
  api: KubernetesApi,
  kind: keyof typeof plurals,
  namespace: string,
  name: string,
): Promise<boolean> {
  const path = corePath(namespace, plurals[kind], name);
  const found = await getIfThere<{ readonly metadata: Metadata }>(api, path);
  if (found === undefined) return false;
  // With the uid: otherwise an apply would recreate an object that was deleted meanwhile.
  const { uid } = found.metadata;
  for (const annotations of [{ [nudgedAnnotation]: new Date().toISOString() }, {}]) {
    const metadata = { namespace, name, uid, annotations };
    await api.apply(path, { apiVersion: "v1", kind, metadata }, "linkerd-topology-nudge");
  }
  return true;
}
