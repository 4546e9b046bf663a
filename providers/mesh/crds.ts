import type { KubernetesApi } from "../../kubernetes/api.ts";

/** The part of a custom resource definition (CRD) that is read. */
export interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

interface Objects {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace?: string };
  }[];
  readonly metadata?: { readonly continue?: string };
}

/** Path of a CRD at the API server. */
export function crdPath(name: string): string {
  return `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
}

/**
 * Why a CRD can't be deleted: deleting it would delete every object of it. Objects of a CRD that serves no
 * version can't be listed, so there may be some.
 *
 * @param own namespaces whose objects don't count, because they are deleted as well
 * @returns undefined if there is no object
 * @throws KubernetesApiError if they can't be listed: then nobody knows whether there are any
 */
export async function lookForObjects(
  api: KubernetesApi,
  { spec }: Crd,
  own: readonly string[] = [],
): Promise<string | undefined> {
  const version = spec.versions.find(({ served }) => served);
  if (version === undefined) return "it serves no version, so its objects can't be listed";
  const path = `/apis/${spec.group}/${version.name}/${spec.names.plural}`;
  let after: string | undefined = "";
  while (after !== undefined) {
    const query: Record<string, string> = { limit: "500" };
    if (after !== "") query["continue"] = after;
    const { items, metadata } = await api.get<Objects>(path, query);
    const found = items.find(({ metadata: { namespace } }) => !own.includes(namespace ?? ""));
    if (found !== undefined) {
      const { namespace, name } = found.metadata;
      return `there are objects of it, such as ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    }
    after = metadata?.continue === "" ? undefined : metadata?.continue;
  }
  return undefined;
}
